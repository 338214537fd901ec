// How many files and sockets the process may have open, which is a limit of the system's, and what is left for
// connections.
//
//   options.connections_max = std::min(options.connections_max, connections_within(raise_descriptor_limit()));
#pragma once

#include <cstddef>

namespace postern {

// As far as the administrator lets it: the soft limit becomes the hard one. Gives what holds now.
std::size_t raise_descriptor_limit();

// A quarter is for everything else: connections to Clerk and the app, the database, the loops.
[[nodiscard]] constexpr std::size_t connections_within(std::size_t descriptors) {
  return descriptors - descriptors / 4;
}

}  // namespace postern
