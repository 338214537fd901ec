// libcurl's multi handle driven by an Asio loop: it says which sockets and which time-out to watch, and is told when
// one has come. For curl_fetch.cpp.
#pragma once

#include <curl/curl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>

namespace postern::native {

class CurlLoop {
 public:
  // Called from the loop, never from inside add() or remove().
  using Done = std::function<void(CURL* handle, CURLcode code)>;

  CurlLoop(boost::asio::io_context& loop, Done done);
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;
  ~CurlLoop();

  [[nodiscard]] bool add(CURL* handle) { return curl_multi_add_handle(multi_.get(), handle) == CURLM_OK; }
  void remove(CURL* handle) { curl_multi_remove_handle(multi_.get(), handle); }

 private:
  class Socket;
  struct FreeMulti {
    void operator()(CURLM* multi) const {
      curl_multi_cleanup(multi);
      curl_global_cleanup();
    }
  };

  static int on_socket(CURL* handle, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void act(curl_socket_t socket, int events);

  boost::asio::io_context& loop_;
  Done done_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<CurlLoop*> self_ = std::make_shared<CurlLoop*>(this);  // null for a timer that is queued at the end
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
};

}  // namespace postern::native
