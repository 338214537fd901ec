#include "hosts/native/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <format>
#include <fstream>
#include <iterator>
#include <thread>

namespace postern::native {
Result<NativeSettings, std::vector<std::string>> NativeSettings::read(const server::Variables& variables) {
  server::VariableReader reader{variables};
  NativeSettings settings;
  settings.address = reader.optional("ADDRESS", "127.0.0.1");
  settings.port = static_cast<std::uint16_t>(reader.number("PORT", 8788, 1, 65535));
  settings.loops = static_cast<unsigned>(reader.number("LOOPS", 0, 0, 256));
  if (settings.loops == 0) settings.loops = std::max(1U, std::thread::hardware_concurrency());
  settings.database = reader.optional("DATABASE", "postern.sqlite");
  settings.log_level = *parse_log_level(reader.choice("LOG_LEVEL", {"info", "debug", "warning", "error"}));
  settings.session_id = reader.optional("CLERK_SESSION_ID");
  if (!reader.problems().empty()) return std::unexpected(reader.problems());
  return settings;
}

Result<server::Variables> read_variables(const std::string& file) {
  server::Variables variables;
  if (!file.empty()) {
    std::ifstream stream{file};
    if (!stream)
      return fail(Error::Kind::invalid,
                  std::format("{} cannot be read: does it exist, and may this user read it?", file));
    const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    auto parsed = server::Variables::parse(text);
    if (!parsed) return fail(Error::Kind::invalid, std::format("{}: {}.", file, parsed.error().message));
    variables = *std::move(parsed);
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line{*entry};
    // An empty variable means "not set", and must not hide the file's.
    if (const auto equals = line.find('='); equals != std::string_view::npos && equals + 1 < line.size()) {
      variables.set(std::string{line.substr(0, equals)}, std::string{line.substr(equals + 1)});
    }
  }
  return variables;
}

}  // namespace postern::native
