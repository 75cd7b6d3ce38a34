"""The command line: `./megdan COMMAND`. Every command goes through the same API that browsers and scripts use."""
