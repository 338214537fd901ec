#include "hosts/native/ports/native_ports.hpp"

#include <utility>

#include "hosts/native/ports/openssl_crypto.hpp"

namespace postern::native {

NativeShared::NativeShared(NativePortsOptions options)
    : options_(std::move(options)), log_(options_.log_file, options_.log_level) {}

Result<std::unique_ptr<NativeShared>> NativeShared::open(NativePortsOptions options) {
  std::unique_ptr<NativeShared> shared{new NativeShared{std::move(options)}};
  const auto tell_disk_state = [&log = shared->log_](std::string_view failure) {
    if (failure.empty()) {
      log.write(LogLevel::info, "store.recovered", {});
    } else {
      log.write(LogLevel::error, "store.failing", {{"reason", failure}});
    }
  };
  TRY(shared->database_,
      SqliteDatabase::open({.path = shared->options_.database_path, .on_disk_state = tell_disk_state}));
  return shared;
}

NativePorts::NativePorts(boost::asio::io_context& loop, NativeShared& shared)
    : clock_(loop),
      crypto_(make_openssl_crypto()),
      fetch_(make_curl_fetch(loop, shared.options_.fetch)),
      store_(shared.database_->make_store(loop, clock_)),
      cache_(clock_),
      log_(shared.log_),
      bus_(shared.bus_hub_, loop) {}

}  // namespace postern::native
