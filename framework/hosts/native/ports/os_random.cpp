#include "hosts/native/ports/os_random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "postern/base/ensure.hpp"
#include "postern/base/secret.hpp"

namespace postern::native {
namespace {

constexpr std::size_t ahead_bytes = 4096;

void fill(std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    ensure(count > 0 || errno == EINTR);  // a kernel without it is none that we can run on
    if (count > 0) done += static_cast<std::size_t>(count);
  }
}

}  // namespace

OsRandom::~OsRandom() { wipe(ahead_); }

std::string OsRandom::bytes(std::size_t count) {
  std::string result(count, '\0');
  if (count > ahead_bytes) {
    fill(result);
    return result;
  }
  if (ahead_.size() - next_ < count) {
    ahead_.resize(ahead_bytes);
    fill(ahead_);
    next_ = 0;
  }
  const auto from = ahead_.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto to = from + static_cast<std::ptrdiff_t>(count);
  std::ranges::copy(from, to, result.begin());
  std::ranges::fill(from, to, '\0');
  next_ += count;
  return result;
}

}  // namespace postern::native
