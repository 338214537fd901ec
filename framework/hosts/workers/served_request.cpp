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
  const auto on_end = [&self](const std::exception_ptr&) { self.ends_.wake_all(); };
  if (response.after.valid()) self.background_ = Job::start(std::move(response.after), on_end, &self);
  self.body_ = std::move(response.stream);
  if (self.body_) self.streaming_ = Job::start(self.stream(), on_end, &self);
  while (!self.streaming_.done() || !self.background_.done()) co_await self.ends_.wait();
  self.body_.reset();
  co_await self.service_.after_response();
}

Task<void> ServedRequest::stream() {
  while (true) {
    while (!std::exchange(pulled_, false)) co_await pulls_.wait();
    const std::optional<std::string> bytes = co_await body_->next();
    if (!bytes) break;
    host::host_write(number_, bytes->data(), bytes->size());
  }
  host::host_finish(number_);
}

void ServedRequest::pull() {
  pulled_ = true;
  pulls_.wake_all();
}

void ServedRequest::abort() {
  streaming_.cancel();
  body_.reset();
  if (background_.done()) return job_.cancel();
  ends_.wake_all();
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
