// All ports of the Workers host, over the imports of abi.md. One set an instance.
//
//   WorkersPorts ports{LogLevel::info};
//   Server server{app, settings, ports.ports()};
//
// Whatever waits belongs to the request on whose strand it is awaited (operation.hpp).
#pragma once

#include "hosts/workers/ports/durable_bus.hpp"
#include "hosts/workers/ports/durable_store.hpp"
#include "hosts/workers/ports/host_clock.hpp"
#include "hosts/workers/ports/host_fetch.hpp"
#include "hosts/workers/ports/host_log.hpp"
#include "hosts/workers/ports/host_random.hpp"
#include "hosts/workers/ports/kv_cache.hpp"
#include "hosts/workers/ports/node_crypto.hpp"
#include "postern/ports/ports.hpp"

namespace postern::workers {

class WorkersPorts {
 public:
  explicit WorkersPorts(LogLevel log_level) : log_(log_level) {}
  WorkersPorts(const WorkersPorts&) = delete;
  WorkersPorts& operator=(const WorkersPorts&) = delete;

  [[nodiscard]] Ports ports() { return {clock_, random_, crypto_, fetch_, store_, cache_, log_, bus_}; }
  void hear(std::string_view topic, std::string_view key, std::string_view message) { bus_.hear(topic, key, message); }

 private:
  HostClock clock_;
  HostRandom random_;
  NodeCrypto crypto_;
  HostFetch fetch_;
  DurableStore store_{clock_};
  KvCache cache_;
  HostLog log_;
  DurableBus bus_;
};

}  // namespace postern::workers
