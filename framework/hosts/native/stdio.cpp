#include "hosts/native/stdio.hpp"

#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <exception>
#include <utility>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/http/media_type.hpp"
#include "postern/http/sse.hpp"
#include "postern/json/value.hpp"

namespace postern::native {

namespace {

using mcp::rpc::ErrorCode;

constexpr std::size_t exchanges_max = 64;
constexpr auto drain_time = std::chrono::seconds{2};

// A descriptor of our own for the same file.
Result<void> open(boost::asio::posix::stream_descriptor& stream, int file, std::string_view name) {
  boost::system::error_code error;
  const int own = ::dup(file);
  if (own >= 0) stream.assign(own, error);
  if (own >= 0 && !error) stream.non_blocking(true, error);
  if (own >= 0 && !error) return {};
  return fail(Error::Kind::unavailable, std::string{name} + " cannot be used: is it a pipe or a terminal?");
}

}  // namespace

Stdio::Stdio(boost::asio::io_context& loop, Clock& clock, Endpoint endpoint)
    : clock_(clock), endpoint_(std::move(endpoint)), input_(loop), output_(loop) {}

Stdio::~Stdio() = default;

Task<Result<void>> Stdio::run(int input, int output) {
  std::signal(SIGPIPE, SIG_IGN);  // that nobody reads is told by the write
  CO_TRY(open(input_, input, "Standard input"));
  CO_TRY(open(output_, output, "Standard output"));
  read();
  while (!over_) co_await changed_.wait();
  listening_.cancel();
  co_await race(idle(), clock_.sleep_for(drain_time));
  exchanges_.clear();
  boost::system::error_code ignored;
  input_.close(ignored);
  output_.close(ignored);
  co_return Result<void>{};
}

Task<void> Stdio::idle() {
  while (output_.is_open() && (!exchanges_.empty() || !leaving_.empty())) co_await changed_.wait();
}

void Stdio::read() {
  if (reading_ || over_ || exchanges_.size() >= exchanges_max) return;
  reading_ = true;
  input_.async_read_some(boost::asio::buffer(chunk_), [this](const boost::system::error_code& error, std::size_t size) {
    if (error == boost::asio::error::operation_aborted) return;
    take({chunk_.data(), size});
    reading_ = false;  // not before: a new read may fill the chunk at once
    if (error) {
      if (!line_.empty()) take_line(std::exchange(line_, {}));
      over_ = true;
      return changed_.wake_all();
    }
    read();
  });
}

void Stdio::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    line_too_long_ = line_too_long_ || line_.size() + part.size() > limits::body_bytes_max;
    if (line_too_long_) {
      line_.clear();
    } else {
      line_ += part;
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (std::exchange(line_too_long_, false)) {
      waiting_ += mcp::rpc::error_reply({}, {ErrorCode::invalid_request, "The message is too large."}) + '\n';
      flush();
    } else {
      take_line(std::exchange(line_, {}));
    }
  }
}

// What cannot be read is the endpoint's to refuse.
void Stdio::take_line(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return;
  auto value = json::parse(line);
  if (!value || value->is_array()) return start({}, std::move(line));
  const auto message = mcp::rpc::parse_message(*std::move(value));
  const auto* notification = message ? std::get_if<mcp::rpc::Notification>(&*message) : nullptr;
  if (notification && notification->method == "notifications/cancelled") {
    const json::Value* id = json::find(notification->params, "requestId");
    const auto text = id ? mcp::rpc::scalar_text(*id) : std::nullopt;
    if (text) cancel(mcp::rpc::Id{*text});
    return;
  }
  const auto* request = message ? std::get_if<mcp::rpc::Request>(&*message) : nullptr;
  if (request && request->method == "initialize") session_id_.clear();
  start(request ? std::optional{request->id} : std::nullopt, std::move(line));
}

http::Request Stdio::request_for(http::Method method, std::string message) const {
  http::Request request{.method = method, .target = "/mcp", .body = std::move(message)};
  request.headers.set("Accept", "application/json, text/event-stream");
  if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
  if (!session_id_.empty()) request.headers.set("Mcp-Session-Id", session_id_);
  return request;
}

void Stdio::start(std::optional<mcp::rpc::Id> id, std::string message) {
  const auto place =
      exchanges_.emplace(exchanges_.end(), std::move(id), request_for(http::Method::post, std::move(message)));
  place->job = Job::prepare(carry(*place), [this, place](const std::exception_ptr&) {
    exchanges_.erase(place);
    read();
    changed_.wake_all();
  });
  place->job.resume();
}

void Stdio::cancel(const mcp::rpc::Id& id) {
  exchanges_.remove_if([&id](const Exchange& exchange) { return exchange.id == id; });
  changed_.wake_all();
}

Task<void> Stdio::carry(Exchange& exchange) {
  http::Response response = co_await endpoint_(exchange.request);
  if (response.status == 401 && exchange.id) {
    co_return co_await write(mcp::rpc::error_reply(
        exchange.id, {ErrorCode::invalid_request, "This needs somebody who is signed in: set CLERK_SESSION_ID."}));
  }
  if (const std::string* session_id = response.headers.find("Mcp-Session-Id")) {
    session_id_ = *session_id;
    listening_ = Job::start(listen(), [](const std::exception_ptr&) {});
  }
  co_await relay(response);
}

// What the server has to say by itself. Its stream ends now and then, and is opened again.
Task<void> Stdio::listen() {
  while (true) {
    http::Request request = request_for(http::Method::get, {});
    http::Response response = co_await endpoint_(request);
    if (!response.stream) co_return;
    co_await relay(response);
  }
}

Task<void> Stdio::relay(http::Response& response) {
  if (!response.stream) {
    if (http::has_content_type(response.headers, "application/json")) co_await write(std::move(response.body));
    co_return;
  }
  http::SseParser parser;
  while (auto bytes = co_await response.stream->next()) {
    auto events = parser.feed(*bytes);
    if (!events) co_return;
    for (http::SseEvent& event : *events) {
      if (!event.data.empty()) co_await write(std::move(event.data));
    }
  }
}

Task<void> Stdio::write(std::string line) {
  while (output_.is_open() && waiting_.size() > limits::stream_queue_bytes_max) co_await changed_.wait();
  waiting_ += line;
  waiting_ += '\n';
  flush();
}

void Stdio::flush() {
  if (!leaving_.empty() || waiting_.empty() || !output_.is_open()) return;
  leaving_.swap(waiting_);
  boost::asio::async_write(output_, boost::asio::buffer(leaving_),
                           [this](const boost::system::error_code& error, std::size_t) {
                             if (error == boost::asio::error::operation_aborted) return;
                             leaving_.clear();
                             if (error) {
                               boost::system::error_code ignored;
                               output_.close(ignored);
                               over_ = true;
                             }
                             flush();
                             changed_.wake_all();
                           });
}

}  // namespace postern::native
