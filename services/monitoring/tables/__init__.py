"""Plans and values as tables that people bring and take away; what is written here is read back here."""
