#include "postern/testing/scripted_fetch.hpp"

#include <algorithm>
#include <format>

#include "postern/base/race.hpp"

namespace postern::testing {

ScriptedFetch::Script& ScriptedFetch::Script::answer(int status, std::string body, http::HeaderMap headers) {
  return answer_with([=](const FetchRequest&) { return FetchResponse{status, headers, body}; });
}

ScriptedFetch::Script& ScriptedFetch::Script::fail(Error::Kind kind) {
  return answer_with([=](const FetchRequest&) { return postern::fail(kind, "scripted to fail"); });
}

ScriptedFetch::Script& ScriptedFetch::Script::answer_with(Answer answer) {
  answers_.push_back(std::move(answer));
  return *this;
}

ScriptedFetch::Script& ScriptedFetch::when(http::Method method, std::string url) {
  return scripts_.insert_or_assign({method, std::move(url)}, Script{}).first->second;
}

void ScriptedFetch::release() {
  held_ = false;
  released_.wake_all();
}

std::size_t ScriptedFetch::count(std::string_view url) const {
  return static_cast<std::size_t>(std::ranges::count(requests_, url, &FetchRequest::url));
}

Task<void> ScriptedFetch::released() {
  struct Waiting {
    std::size_t& count;
    explicit Waiting(std::size_t& waiting) : count(waiting) { ++count; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { --count; }
  };
  const Waiting waiting{waiting_};
  while (held_) co_await released_.wait();
}

Task<Result<FetchResponse>> ScriptedFetch::fetch(FetchRequest request) {
  requests_.push_back(request);
  if (held_) {
    const auto first = co_await race(released(), clock_.sleep_for(request.timeout));
    if (first.index() == 1) co_return postern::fail(Error::Kind::unavailable, "The server did not answer in time.");
  }
  const auto script = scripts_.find({request.method, request.url});
  if (script == scripts_.end() || script->second.answers_.empty()) {
    co_return postern::fail(Error::Kind::unavailable,
                            std::format("nothing scripted for {} {}", http::to_string(request.method), request.url));
  }
  auto& [answers, next] = script->second;
  const Answer answer = answers[next];
  if (next + 1 < answers.size()) ++next;
  Result<FetchResponse> response = answer(request);
  if (response && response->body.size() > request.response_bytes_max)
    co_return postern::fail(Error::Kind::limited, "The response is larger than allowed.");
  co_return response;
}

}  // namespace postern::testing
