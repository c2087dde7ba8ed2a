"""The program as a process of its own, started from an empty folder with a clean environment."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CLEAN = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


class Bot:
    """A running ``python -m bot``."""

    def __init__(self, process: asyncio.subprocess.Process, banner: str) -> None:
        self.process = process
        self.banner = banner
        found = re.search(r"http://127\.0\.0\.1:\d+", banner)
        assert found, banner
        self.url = found.group()

    async def kill(self) -> None:
        """kill -9: nothing is drained, nothing is said goodbye to."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> str:
        """SIGTERM; what it wrote to stderr."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        _, errors = await self.process.communicate()
        return errors.decode()


@asynccontextmanager
async def running_bot(folder: Path, **environment: str) -> AsyncIterator[Bot]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env={**CLEAN, "PORT": "0", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    banner = ""
    async with asyncio.timeout(20):
        while "Kênh đang tắt" not in banner:
            line = await process.stdout.readline()
            assert line, (await process.communicate())[1].decode()
            banner += line.decode()
    bot = Bot(process, banner)
    try:
        yield bot
    finally:
        await bot.stop()
