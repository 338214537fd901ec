// All ports of the Workers host, over the imports of abi.md. One set an instance.
//
//   WorkersPorts ports{LogLevel::info};
//   Server server{app, settings, ports.ports()};
//
// Whatever waits belongs to the request on whose strand it is awaited (operation.hpp).
#pragma once

#include "hosts/workers/ports/durable_store.hpp"
#include "hosts/workers/ports/host_clock.hpp"
#include "hosts/workers/ports/host_fetch.hpp"
#include "hosts/workers/ports/host_log.hpp"
#include "hosts/workers/ports/host_random.hpp"
#include "hosts/workers/ports/kv_cache.hpp"
#include "hosts/workers/ports/node_crypto.hpp"
#include "postern/ports/local_bus.hpp"
#include "postern/ports/ports.hpp"

namespace postern::workers {

class WorkersPorts {
 public:
  explicit WorkersPorts(LogLevel log_level) : log_(log_level) {}
  WorkersPorts(const WorkersPorts&) = delete;
  WorkersPorts& operator=(const WorkersPorts&) = delete;

  [[nodiscard]] Ports ports() { return {clock_, random_, crypto_, fetch_, store_, cache_, log_, bus_}; }

 private:
  HostClock clock_;
  HostRandom random_;
  NodeCrypto crypto_;
  HostFetch fetch_;
  DurableStore store_{clock_};
  KvCache cache_;
  HostLog log_;
  LocalBus bus_;  // instances cannot hear each other: what all must know, each reads from the store in time
};

}  // namespace postern::workers
