#include "postern/base/concat.hpp"

#include <cstddef>

namespace postern::detail {

std::string concat(std::span<const Piece> pieces) {
  std::size_t size = 0;
  for (const Piece& piece : pieces) size += piece.text().size();
  std::string whole;
  whole.reserve(size);
  for (const Piece& piece : pieces) whole += piece.text();
  return whole;
}

}  // namespace postern::detail
