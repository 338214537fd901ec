// One request as libcurl sees it: its options, what it may connect to, what came back. For curl_fetch.cpp.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "hosts/native/ports/curl_fetch.hpp"

namespace postern::native {

class CurlTransfer {
 public:
  // `invalid` if the URL is none that may be fetched.
  [[nodiscard]] static Result<std::unique_ptr<CurlTransfer>> make(FetchRequest request,
                                                                  const CurlFetchOptions& options);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  // Once, when libcurl has said that it is done.
  [[nodiscard]] Result<FetchResponse> finish(CURLcode code);

 private:
  enum class Reach { any, public_only, loopback_only };
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  explicit CurlTransfer(FetchRequest request) : request_(std::move(request)), handle_(curl_easy_init()) {}
  [[nodiscard]] Result<void> check_url(PlainHttp plain_http);
  void set_rules(const CurlFetchOptions& options);
  void set_method();
  void set_fields();
  [[nodiscard]] bool may_connect_to(const curl_sockaddr& address) const;

  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  FetchRequest request_;
  std::string host_;  // for error messages: never the whole URL, whose query may hold a secret
  Reach reach_ = Reach::any;
  std::unique_ptr<curl_slist, FreeList> fields_;
  std::unique_ptr<CURL, FreeHandle> handle_;

  FetchResponse response_;
  std::size_t header_bytes_ = 0;
  bool in_body_ = false;
  bool too_large_ = false;
  bool refused_address_ = false;
};

}  // namespace postern::native
