"""The upstream of `bench.gateway`: StreamChat frames over plain sockets, as fast as
Python goes. The model's name says how: at once, paced, or slowly.

Each paced frame holds the instant it was sent, so that whoever gets it knows how long
it was on its way. `python -m bench._gateway_upstream PORT`.
"""

import asyncio
import sys
import time

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/connect+proto\r\n"
    b"connect-content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
)
END = b"\x02\x00\x00\x00\x02{}"
LAST = b"0\r\n\r\n"
# By model: pieces of the answer, and the seconds between them.
PACES = {b"gpt-4o-mini": (200, 0.05), b"gpt-4": (30, 1.0)}
AT_ONCE = 5


def frame(text: bytes) -> bytes:
    message = b"\x0a" + bytes([len(text)]) + text
    return b"\x00" + len(message).to_bytes(4, "big") + message


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


WHOLE = HEAD + chunk(frame(b"word ") * AT_ONCE + END) + LAST


def named(model: bytes) -> bytes:
    """As it stands in the request's protobuf."""
    return b"\x0a" + bytes([len(model)]) + model


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(size))
            paces = [pace for model, pace in PACES.items() if named(model) in body]
            if paces:
                await paced(writer, *paces[0])
            else:
                writer.write(WHOLE)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def paced(writer: asyncio.StreamWriter, pieces: int, pause: float) -> None:
    writer.write(HEAD)
    for _ in range(pieces):
        writer.write(chunk(frame(b"<%d>" % time.monotonic_ns())))
        await asyncio.sleep(pause)
    writer.write(chunk(END) + LAST)


async def main() -> None:
    server = await asyncio.start_server(
        answer, "127.0.0.1", int(sys.argv[1]), backlog=4096
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
