// What the sealed texts that came last hold. A client sends the same access token and session id with each of its
// calls, and to open one takes longer than much of the rest of a call.
//
//   if (const Caller* known = recent_.find(text)) return *known;
//   ...                                                  // open it; and only if that succeeded:
//   recent_.remember(text, caller);
//
// For what depends on nothing but the text and a key that never changes: a text that was genuine stays so. Whether it
// has expired or was revoked is asked each time, elsewhere. A text is kept as the secret that it is, and compared
// without telling where it differs. Each has one place, by its last characters, and another one takes it over; what is
// found dies with the next remember(). Holds about 1 KiB for each place. One thread only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/base/secret.hpp"

namespace postern {

template <class T>
class RecentlyOpened {
 public:
  // Null if it is not remembered.
  [[nodiscard]] const T* find(std::string_view text) const {
    const auto& place = places_[place_of(text)];
    return place && place->text == text ? &place->holds : nullptr;
  }

  // Not for long texts, which only cost memory: those are opened each time.
  void remember(std::string_view text, T holds) {
    if (text.size() <= limits::recently_opened_bytes_max) places_[place_of(text)] = {Secret{text}, std::move(holds)};
  }

 private:
  struct Place {
    Secret text;
    T holds;
  };

  // The end of a sealed text is its tag: as good as random, and another one in each.
  static std::size_t place_of(std::string_view text) {
    const std::string_view tag = text.substr(text.size() - std::min<std::size_t>(text.size(), 8));
    return std::hash<std::string_view>{}(tag) % limits::recently_opened_max;
  }

  std::vector<std::optional<Place>> places_{limits::recently_opened_max};
};

}  // namespace postern
