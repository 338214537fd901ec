// Outgoing requests that a test answers.
//
//   fetch.when("https://api.clerk.test/v1/jwks").answer(200, jwks);
//   fetch.when(http::Method::post, "https://app.test/x").fail(Error::Kind::unavailable).answer(200, "{}");  // in turn
//   fetch.when("https://slow.test/").hold().answer(200, "{}");   // requests wait ...
//   fetch.release("https://slow.test/");                         // ... until here; or their time-out on the clock
//   CHECK(fetch.requests().size() == 1);
//
// An answer is found by method and exact URL; the answers of one script come in turn and the last one stays. A request
// that nothing was scripted for fails as `unavailable` and names itself in the message. Every request is recorded, in
// order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "postern/base/wait_list.hpp"
#include "postern/ports/clock.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::testing {

class ScriptedFetch final : public Fetch {
 public:
  using Answer = std::function<Result<FetchResponse>(const FetchRequest&)>;

  class Script {
   public:
    Script& answer(int status, std::string body, http::HeaderMap headers = {});
    Script& fail(Error::Kind kind);
    // Made from the request, when it comes.
    Script& answer_with(Answer answer);
    Script& hold();

   private:
    friend ScriptedFetch;
    bool held_ = false;
    std::vector<Answer> answers_;
    std::size_t next_ = 0;
  };

  explicit ScriptedFetch(Clock& clock) : clock_(clock) {}

  // Starts anew what was scripted for it before. The reference lives as long as the fetch.
  Script& when(std::string url) { return when(http::Method::get, std::move(url)); }
  Script& when(http::Method method, std::string url);

  // Lets go what waits for this URL, by any method, and holds no more.
  void release(std::string_view url);

  [[nodiscard]] const std::vector<FetchRequest>& requests() const { return requests_; }
  [[nodiscard]] std::size_t count(std::string_view url) const;
  // Requests that wait for release(): a dropped one is no longer among them.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

  Task<Result<FetchResponse>> fetch(FetchRequest request) override;

 private:
  Task<void> released(const Script& script);

  Clock& clock_;
  std::map<std::pair<http::Method, std::string>, Script> scripts_;
  std::vector<FetchRequest> requests_;
  std::size_t waiting_ = 0;
  WaitList released_;
};

}  // namespace postern::testing
