// One request that the module is serving: its strand, its coroutine, and the operations it waits for.
//
//   ServedRequest request{number, service};
//   request.take_turn([&] { request.begin(std::move(http_request)); });     // answers by host_respond, perhaps later
//   ...
//   if (request.done()) forget(request);
//
// Everything but the constructor and done() is called inside a turn of it. Destroying it, outside of a turn, cancels
// whatever it does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hosts/workers/host.hpp"
#include "hosts/workers/service.hpp"
#include "postern/base/strand.hpp"
#include "postern/base/task.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/message.hpp"

namespace postern::workers {

class Operation;

class ServedRequest final : public Strand {
 public:
  ServedRequest(host::Request number, Service& service) : number_(number), service_(service) {}
  ~ServedRequest() override {
    job_.cancel();
    streaming_.cancel();
    body_.reset();
    background_.cancel();
  }

  // Does one step of it, and then whatever the step has woken of this request.
  template <class Step>
  void take_turn(Step step) {
    has_turn_ = true;
    step();
    run();
    has_turn_ = false;
  }

  void begin(http::Request request);
  // `record` is null if the operation failed. What was dropped meanwhile is nobody's business any more.
  void settle(host::Operation number, std::optional<std::string_view> record);
  void pull();
  // The client is gone. What is still to be done without it (http::Response::after) goes on.
  void abort();

  [[nodiscard]] bool done() const { return job_.done(); }

 private:
  friend Operation;
  void start(Operation& operation);
  void drop(Operation& operation);
  void want_turn() override {
    if (!has_turn_) host::host_want_turn(number_);
  }

  static Task<void> serve(ServedRequest& self, http::Request request);
  Task<void> stream();

  const host::Request number_;
  Service& service_;
  std::unordered_map<host::Operation, Operation*> operations_;
  host::Operation last_operation_ = 0;
  bool has_turn_ = false;
  bool pulled_ = false;
  WaitList pulls_;
  std::unique_ptr<http::BodyStream> body_;
  Job streaming_;   // what the client gets
  Job background_;  // what is done beside that, and after
  WaitList ends_;   // of either of them
  Job job_;         // last: it uses all the others
};

}  // namespace postern::workers
