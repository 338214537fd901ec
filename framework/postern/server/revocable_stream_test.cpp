#include "postern/server/revocable_stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "postern/base/channel.hpp"

namespace postern::server {
namespace {

// Says what it is told to, and whether it is still there.
class Talker final : public http::BodyStream {
 public:
  Talker(Channel<std::string>& words, bool& alive) : words_(words), alive_(alive) { alive_ = true; }
  ~Talker() override { alive_ = false; }
  Task<std::optional<std::string>> next() override { co_return co_await words_.pop(); }

 private:
  Channel<std::string>& words_;
  bool& alive_;
};

// Revoked when the event has happened.
struct Fixture {
  Channel<std::string> words;
  Channel<bool> revocation;
  bool alive = false;
  int watched = 0;

  static Task<void> until(Channel<bool>& event, int& watched) {
    ++watched;
    (void)co_await event.pop();
  }
  std::unique_ptr<RevocableStream> open() {
    return std::make_unique<RevocableStream>(std::make_unique<Talker>(words, alive), until(revocation, watched));
  }
};

Task<void> read(http::BodyStream& stream, std::vector<std::string>& got, bool& ended) {
  while (auto bytes = co_await stream.next()) got.push_back(*std::move(bytes));
  ended = true;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a stream that waits ends at once with its revocation, and what feeds it as well") {
  const auto stream = open();
  std::vector<std::string> got;
  bool ended = false;
  const Job reader = Job::start(read(*stream, got, ended), [](const std::exception_ptr&) {});
  words.push("one");
  words.push("two");
  CHECK(got == std::vector<std::string>{"one", "two"});
  CHECK(watched == 1);
  CHECK(alive);
  revocation.push(true);
  CHECK(ended);
  CHECK_FALSE(alive);
  CHECK_FALSE(run_ready(stream->next()));
}

TEST_CASE_FIXTURE(Fixture, "a stream that is revoked already says nothing, whatever it has to say") {
  const auto stream = open();
  words.push("one");
  revocation.push(true);
  CHECK_FALSE(run_ready(stream->next()));
  CHECK_FALSE(alive);
}

TEST_CASE_FIXTURE(Fixture, "a stream may be dropped while it waits, and with it the watch") {
  auto stream = open();
  std::vector<std::string> got;
  bool ended = false;
  Job reader = Job::start(read(*stream, got, ended), [](const std::exception_ptr&) {});
  reader = Job{};
  stream.reset();
  CHECK_FALSE(alive);
  revocation.push(true);
  CHECK_FALSE(ended);
}

}  // namespace postern::server
