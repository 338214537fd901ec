#include "postern/mcp/transport/in_flight.hpp"

#include <utility>

#include "postern/base/concat.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view cancelled_topic = "mcp.request.cancelled";
constexpr std::string_view answered_topic = "mcp.request.answered";

// What a JSON-RPC error of the client means to the function that asked.
Result<json::Value> read_outcome(const json::Value& response) {
  if (const json::Value* result = json::find(response, "result")) return *result;
  const json::Value* error = json::find(response, "error");
  const auto message = error && error->is_object() ? json::find_string(error->as_object(), "message") : std::nullopt;
  return fail(Error::Kind::unavailable,
              concat("The client did not answer: ", message.value_or("no reason given"), "."));
}

}  // namespace

InFlight::Registration::Registration(Registration&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      session_key_(std::move(other.session_key_)),
      key_(std::move(other.key_)) {}

InFlight::Registration& InFlight::Registration::operator=(Registration&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(session_key_, other.session_key_);
  std::swap(key_, other.key_);
  return *this;
}

InFlight::Registration::~Registration() {
  if (owner_) owner_->requests_.erase(key_);
}

Task<void> InFlight::Registration::listen() const {
  if (owner_) co_await owner_->bus_.listen(session_key_);
}

InFlight::InFlight(Bus& bus)
    : bus_(bus),
      cancelled_(bus.subscribe(std::string{cancelled_topic},
                               [this](std::string_view session_key, std::string_view id) {
                                 if (PendingRequest* request = find(session_key, id)) request->cancel();
                               })),
      answered_(bus.subscribe(
          std::string{answered_topic},
          [this](std::string_view session_key, std::string_view message) { take_answer(session_key, message); })) {}

InFlight::Registration InFlight::add(std::string_view session_key, PendingRequest& request) {
  Registration registration;
  std::string key = concat(session_key, request.context().id.text());
  if (requests_.try_emplace(key, &request).second) {
    registration.owner_ = this;
    registration.session_key_ = session_key;
    registration.key_ = std::move(key);
  }
  return registration;
}

Task<void> InFlight::cancel(std::string_view session_key, std::string_view id) {
  return bus_.publish(std::string{cancelled_topic}, std::string{session_key}, std::string{id});
}

// Our requests are called "<id of the client's request>/<number>" (methods/pending_request.cpp). The message is
// {"id", and the outcome}.
Task<void> InFlight::answer(std::string_view session_key, const rpc::Response& response) {
  json::Object message{{"id", json::parse(response.id.text()).value_or(nullptr)},
                       {response.is_error ? "error" : "result", response.outcome}};
  return bus_.publish(std::string{answered_topic}, std::string{session_key}, json::serialize(message));
}

void InFlight::take_answer(std::string_view session_key, std::string_view message) const {
  const auto answer = json::parse(message);
  if (!answer) return;
  const auto id = json::find_string(answer->as_object(), "id");
  if (!id) return;
  PendingRequest* request = find(session_key, id->substr(0, id->rfind('/')));
  if (request) request->answer(*id, read_outcome(*answer));
}

PendingRequest* InFlight::find(std::string_view session_key, std::string_view id) const {
  const auto found = requests_.find(concat(session_key, id));
  return found == requests_.end() ? nullptr : found->second;
}

}  // namespace postern::mcp
