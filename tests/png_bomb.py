"""A PNG that is small until it is decoded."""

import functools
import struct
import zlib


@functools.cache
def png_bomb(side: int = 12_000) -> bytes:
    """`side` × `side` pixels of one colour; made row by row, to burst its reader only."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)  # 8 bits, RGB
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xea\x7d\x4b" * side
    pixels = b"".join([*(packer.compress(row) for _row in range(side)), packer.flush()])
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
