"""Passwords, hashed with Argon2id in threads of their own: few at once, so that signing in never slows the rest."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.gateway.settings import Settings
from shared.errors import Unavailable
from shared.language import Text

R = TypeVar("R")


class Passwords:
    """Hashes and verifies passwords. Raises Unavailable when too many wait."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.password_rounds, memory_cost=settings.password_memory_kib, parallelism=1
        )
        self._threads = ThreadPoolExecutor(settings.passwords_at_once, "passwords")
        self._most = settings.passwords_at_once + settings.passwords_waiting
        self._asked = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password))

    async def fits(self, password: str, hashed: str | None) -> bool:
        """Tell whether a password fits. Without an account to compare with it takes as long, and does not."""
        return await self._run(lambda: self._verify(password, hashed))

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, password: str, hashed: str | None) -> bool:
        self._nobodys = self._nobodys or self._hasher.hash("nobody's")
        try:
            self._hasher.verify(hashed or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    async def _run(self, work: Callable[[], R]) -> R:
        if self._asked >= self._most:
            raise Unavailable(
                Text(
                    bg="В момента влизат много хора. Опитайте отново след няколко секунди.",
                    en="Many people are signing in right now. Try again in a few seconds.",
                ),
                retry_after_s=3,
            )
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._asked -= 1
