#include "hosts/workers/served_request.hpp"

#include <exception>
#include <utility>

#include "hosts/workers/operation.hpp"
#include "hosts/workers/record.hpp"

namespace postern::workers {

void ServedRequest::begin(http::Request request) {
  job_ = Job::prepare(serve(*this, std::move(request)), [](const std::exception_ptr&) {}, this);
  job_.resume();
}

Task<void> ServedRequest::serve(ServedRequest& self, http::Request request) {
  // Owns the request, so it must outlive the response's stream.
  Task<http::Response> handling = self.service_.handle(std::move(request));
  http::Response response = co_await std::move(handling);
  RecordWriter record;
  record.reserve(response.body.size() + 1024);
  record.number(response.status);
  record.number(response.stream ? 1 : 0);
  record.headers(response.headers);
  record.text(response.stream ? std::string_view{} : response.body);
  host::host_respond(self.number_, record.bytes().data(), record.bytes().size());
  if (response.stream) co_await self.stream(std::move(response.stream));
  if (response.after.valid()) co_await std::move(response.after);
  co_await self.service_.after_response();
}

Task<void> ServedRequest::stream(std::unique_ptr<http::BodyStream> body) {
  while (true) {
    while (!std::exchange(pulled_, false)) co_await pulls_.wait();
    const std::optional<std::string> bytes = co_await body->next();
    if (!bytes) break;
    host::host_write(number_, bytes->data(), bytes->size());
  }
  host::host_finish(number_);
}

void ServedRequest::pull() {
  pulled_ = true;
  pulls_.wake_all();
}

void ServedRequest::start(Operation& operation) {
  operation.number_ = ++last_operation_;
  operations_.emplace(operation.number_, &operation);
  host::host_start(number_, operation.number_, static_cast<std::uint32_t>(operation.kind_), operation.record_.data(),
                   operation.record_.size());
}

void ServedRequest::drop(Operation& operation) {
  if (operations_.erase(operation.number_) != 0) host::host_drop(number_, operation.number_);
}

void ServedRequest::settle(host::Operation number, std::optional<std::string_view> record) {
  const auto node = operations_.extract(number);
  if (node.empty()) return;
  node.mapped()->settle(record);
}

}  // namespace postern::workers
