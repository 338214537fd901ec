#include "app/tools/png.hpp"

namespace app {

namespace {

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string chunk(std::string_view type, std::string_view data) {
  std::string bytes{type};
  bytes += data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + bytes + big_endian(crc32(bytes));
}

// RFC 1950 around stored blocks of RFC 1951 sec. 3.2.4.
std::string zlib_stored(std::string_view data) {
  constexpr std::size_t block_bytes_max = 0xffff;
  std::string bytes = "\x78\x01";
  std::string_view rest = data;
  do {
    const std::string_view block = rest.substr(0, block_bytes_max);
    rest.remove_prefix(block.size());
    const auto size = static_cast<std::uint16_t>(block.size());
    const auto complement = static_cast<std::uint16_t>(~size);
    bytes += rest.empty() ? '\1' : '\0';
    for (const std::uint16_t number : {size, complement}) {
      bytes += static_cast<char>(number & 0xff);
      bytes += static_cast<char>(number >> 8);
    }
    bytes += block;
  } while (!rest.empty());
  return bytes + big_endian(adler32(data));
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
  }
  return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1, b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<unsigned char>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

std::string Picture::to_png() const {
  std::string lines;
  for (int y = 0; y < height_; ++y) {
    lines += '\0';  // no filter
    for (int x = 0; x < width_; ++x) {
      const Color color = pixels_[index(x, y)];
      for (const std::uint8_t part : {color.red, color.green, color.blue}) lines += static_cast<char>(part);
    }
  }
  const std::string header = big_endian(static_cast<std::uint32_t>(width_)) +
                             big_endian(static_cast<std::uint32_t>(height_)) +
                             std::string{"\x08\x02\x00\x00\x00", 5};  // 8 bits each of red, green and blue
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", zlib_stored(lines)) + chunk("IEND", "");
}

}  // namespace app
