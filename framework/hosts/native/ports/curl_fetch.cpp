#include "hosts/native/ports/curl_fetch.hpp"

#include <coroutine>
#include <optional>
#include <utility>

#include "hosts/native/ports/curl_loop.hpp"
#include "hosts/native/ports/curl_transfer.hpp"

namespace postern::native {
namespace {

class CurlFetch final : public Fetch {
 public:
  CurlFetch(boost::asio::io_context& loop, CurlFetchOptions options)
      : options_(std::move(options)), loop_(loop, [this](CURL* handle, CURLcode code) { done(handle, code); }) {}

  Task<Result<FetchResponse>> fetch(FetchRequest request) override {
    CO_TRY(const auto transfer, CurlTransfer::make(std::move(request), options_));
    co_return co_await Answered{*this, *transfer};
  }

 private:
  // Waits for one transfer; dropping it takes the transfer out of libcurl's hands.
  class Answered {
   public:
    Answered(CurlFetch& fetch, CurlTransfer& transfer) : fetch_(fetch), transfer_(transfer) {}
    Answered(const Answered&) = delete;
    Answered& operator=(const Answered&) = delete;
    ~Answered() {
      if (fetch_.waiting_.erase(transfer_.handle()) != 0) fetch_.loop_.remove(transfer_.handle());
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
      waiter_ = waiter;
      fetch_.waiting_.emplace(transfer_.handle(), this);
      if (fetch_.loop_.add(transfer_.handle())) return true;
      fetch_.waiting_.erase(transfer_.handle());
      return false;
    }
    Result<FetchResponse> await_resume() { return transfer_.finish(code_); }

   private:
    friend CurlFetch;
    CurlFetch& fetch_;
    CurlTransfer& transfer_;
    CURLcode code_ = CURLE_FAILED_INIT;
    std::coroutine_handle<> waiter_;
  };

  void done(CURL* handle, CURLcode code) {
    const auto node = waiting_.extract(handle);
    if (node.empty()) return;
    node.mapped()->code_ = code;
    node.mapped()->waiter_.resume();
  }

  CurlFetchOptions options_;
  std::map<CURL*, Answered*> waiting_;
  CurlLoop loop_;
};

}  // namespace

std::unique_ptr<Fetch> make_curl_fetch(boost::asio::io_context& loop, CurlFetchOptions options) {
  return std::make_unique<CurlFetch>(loop, std::move(options));
}

}  // namespace postern::native
