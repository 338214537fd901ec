// The WebAssembly module: a service, behind the exports of abi.md.
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "hosts/workers/record.hpp"
#include "hosts/workers/served_request.hpp"
#include "hosts/workers/service.hpp"

namespace postern::workers {
namespace {

// All state of the instance. The only global there is: exports are plain functions.
struct Instance {
  std::string incoming;  // what allocate() gave room for
  std::unique_ptr<Service> service;
  std::unordered_map<host::Request, std::unique_ptr<ServedRequest>> requests;

  // Runs `step` in a turn of the request, if it is still there, and forgets the request if that was its last.
  template <class Step>
  void with(host::Request number, Step step) {
    const auto found = requests.find(number);
    if (found == requests.end()) return;
    ServedRequest& request = *found->second;
    request.take_turn([&] { step(request); });
    if (!request.done()) return;
    requests.erase(number);
    host::host_done(number);
  }
};
Instance instance;

http::Request read_request(std::string_view record) {
  RecordReader reader{record};
  std::string_view head = reader.text();
  http::Request request;
  request.method = http::parse_method(take_line(head));
  request.target = take_line(head);
  request.headers = read_headers(head);
  if (const std::string* address = request.headers.find("CF-Connecting-IP")) request.peer_address = *address;
  request.body = reader.text();
  return request;
}

}  // namespace
}  // namespace postern::workers

#define POSTERN_EXPORT(name) extern "C" __attribute__((export_name(#name)))

using postern::workers::instance;
using postern::workers::ServedRequest;

POSTERN_EXPORT(allocate) char* postern_allocate(std::size_t size) {
  instance.incoming.resize(size);
  return instance.incoming.data();
}

POSTERN_EXPORT(configure) bool postern_configure(const char* record, std::size_t size) {
  instance.service = postern::workers::make_service({record, size});
  return instance.service != nullptr;
}

POSTERN_EXPORT(begin) void postern_begin(std::uint32_t number, const char* record, std::size_t size) {
  auto request = postern::workers::read_request({record, size});
  instance.requests.emplace(number, std::make_unique<ServedRequest>(number, *instance.service));
  instance.with(number, [&](ServedRequest& served) { served.begin(std::move(request)); });
}

POSTERN_EXPORT(settle)
void postern_settle(std::uint32_t number, std::uint32_t operation, bool ok, const char* record, std::size_t size) {
  instance.with(number, [&](ServedRequest& request) {
    request.settle(operation, ok ? std::optional{std::string_view{record, size}} : std::nullopt);
  });
}

POSTERN_EXPORT(wake) void postern_wake(std::uint32_t number) {
  instance.with(number, [](ServedRequest&) {});
}

POSTERN_EXPORT(pull) void postern_pull(std::uint32_t number) {
  instance.with(number, [](ServedRequest& request) { request.pull(); });
}

POSTERN_EXPORT(hear) void postern_hear(std::uint32_t number, const char* record, std::size_t size) {
  instance.with(number, [&](ServedRequest&) {
    postern::workers::RecordReader reader{{record, size}};
    const std::string_view key = reader.text(), topic = reader.text(), message = reader.text();
    instance.service->hear(topic, key, message);
  });
}

POSTERN_EXPORT(abort) void postern_abort(std::uint32_t number) {
  instance.with(number, [](ServedRequest& request) { request.abort(); });
}

POSTERN_EXPORT(cancel) void postern_cancel(std::uint32_t number) {
  if (instance.requests.erase(number) != 0) postern::workers::host::host_done(number);
}
