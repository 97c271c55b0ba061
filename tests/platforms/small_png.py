"""A page's picture as a PNG of 256 colours at most: the commonest ones, and for all others the nearest of them."""

import base64
import struct
import zlib
from pathlib import Path

from playwright.async_api import Page

COLOURS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (each) => each.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => parts(colour));
  const far = (a, b) => a.reduce((sum, part, at) => sum + (part - b[at]) ** 2, 0);
  const nearest = (colour) => {
    const distances = palette.map((each) => far(each, parts(colour)));
    return distances.indexOf(Math.min(...distances));
  };
  const index = new Map([...counts.keys()].map((colour) => [colour, nearest(colour)]));
  const drawn = Array.from(pixels, (pixel) => String.fromCharCode(index.get(pixel))).join("");
  return { width, height, palette: palette.flat(), drawn: btoa(drawn) };
}"""


async def save(page: Page, path: Path) -> None:
    shot = await page.screenshot(caret="hide")
    # The page itself may not run what it did not bring: another one counts the colours.
    blank = await page.context.new_page()
    found = await blank.evaluate(COLOURS, base64.b64encode(shot).decode())
    await blank.close()
    path.write_bytes(_png(found["width"], found["height"], bytes(found["palette"]), base64.b64decode(found["drawn"])))


def _png(width: int, height: int, palette: bytes, drawn: bytes) -> bytes:
    rows = b"".join(b"\0" + drawn[at : at + width] for at in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
