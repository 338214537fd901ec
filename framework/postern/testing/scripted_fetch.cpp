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

ScriptedFetch::Script& ScriptedFetch::Script::hold() {
  held_ = true;
  return *this;
}

ScriptedFetch::Script& ScriptedFetch::when(http::Method method, std::string url) {
  return scripts_.insert_or_assign({method, std::move(url)}, Script{}).first->second;
}

void ScriptedFetch::release(std::string_view url) {
  for (auto& [request, script] : scripts_)
    if (request.second == url) script.held_ = false;
  released_.wake_all();
}

std::size_t ScriptedFetch::count(std::string_view url) const {
  return static_cast<std::size_t>(std::ranges::count(requests_, url, &FetchRequest::url));
}

Task<void> ScriptedFetch::released(const Script& script) {
  struct Waiting {
    std::size_t& count;
    explicit Waiting(std::size_t& waiting) : count(waiting) { ++count; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { --count; }
  };
  const Waiting waiting{waiting_};
  while (script.held_) co_await released_.wait();
}

Task<Result<FetchResponse>> ScriptedFetch::fetch(FetchRequest request) {
  requests_.push_back(request);
  const auto found = scripts_.find({request.method, request.url});
  if (found == scripts_.end()) {
    co_return postern::fail(Error::Kind::unavailable,
                            std::format("nothing scripted for {} {}", http::to_string(request.method), request.url));
  }
  Script& script = found->second;
  if (script.held_) {
    const auto first = co_await race(released(script), clock_.sleep_for(request.timeout));
    if (first.index() == 1) co_return postern::fail(Error::Kind::unavailable, "The server did not answer in time.");
  }
  if (script.answers_.empty()) co_return postern::fail(Error::Kind::unavailable, "The script has no answer.");
  const Answer answer = script.answers_[script.next_];
  if (script.next_ + 1 < script.answers_.size()) ++script.next_;
  Result<FetchResponse> response = answer(request);
  if (response && response->body.size() > request.response_bytes_max)
    co_return postern::fail(Error::Kind::limited, "The response is larger than allowed.");
  co_return response;
}

}  // namespace postern::testing
