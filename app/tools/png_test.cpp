#include "app/tools/png.hpp"

#include <doctest/doctest.h>

TEST_CASE("the checksums are those of their specifications") {
  CHECK(app::crc32("123456789") == 0xcbf43926);    // the check value of CRC-32/ISO-HDLC
  CHECK(app::crc32("IEND") == 0xae426082);         // W3C PNG sec. 11.2.5: every IEND ends so
  CHECK(app::adler32("Wikipedia") == 0x11e60398);  // RFC 1950's algorithm, as widely published
}

TEST_CASE("a picture is a PNG of its size, whole also beyond one block of 64 KiB") {
  app::Picture picture{200, 150};
  picture.fill(-5, -5, 10, 10, {255, 0, 0});
  picture.fill(190, 140, 100, 100, {0, 0, 255});
  const std::string png = picture.to_png();
  CHECK(png.starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(png.substr(16, 8) == std::string{"\0\0\0\xc8\0\0\0\x96", 8});
  CHECK(png.ends_with(std::string{"\0\0\0\0IEND\xae\x42\x60\x82", 12}));
  // 8 of signature; 25, 12 and 12 of chunks; 2 and 4 of zlib; 5 for each of two blocks; and the lines.
  CHECK(png.size() == 8 + 25 + 12 + 12 + 6 + 10 + 150 * (1 + 3 * 200));
}
