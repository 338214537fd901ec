#include "hosts/native/ports/curl_transfer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <format>
#include <string_view>
#include <utility>

#include "postern/ports/public_address.hpp"

namespace postern::native {
namespace {

constexpr std::size_t response_header_bytes_max = 64 * 1024;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, FreeUrl>;

// Empty if the URL has no such part.
std::string url_part(const UrlHandle& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string copy{text};
  curl_free(text);
  return copy;
}

bool is_loopback_name(std::string_view host) { return host == "localhost" || host == "[::1]" || host == "127.0.0.1"; }

// The address alone, in network order: 4 bytes or 16, or empty if it is of another kind.
std::string_view network_bytes(const curl_sockaddr& address) {
  const auto* base = reinterpret_cast<const char*>(&address.addr);
  if (address.family == AF_INET) return {base + offsetof(sockaddr_in, sin_addr), 4};
  if (address.family == AF_INET6) return {base + offsetof(sockaddr_in6, sin6_addr), 16};
  return {};
}

bool is_loopback_address(std::string_view bytes) {
  if (bytes.size() == 4) return bytes[0] == 127;
  return bytes == std::string(15, '\0') + '\x01';
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

Result<std::unique_ptr<CurlTransfer>> CurlTransfer::make(FetchRequest request, const CurlFetchOptions& options) {
  std::unique_ptr<CurlTransfer> transfer{new CurlTransfer{std::move(request)}};
  if (!transfer->handle_) return fail(Error::Kind::unavailable, "No memory for the request.");
  if (transfer->request_.method == http::Method::other) return fail(Error::Kind::invalid, "No such HTTP method.");
  TRY(transfer->check_url(options.plain_http));
  transfer->set_rules(options);
  transfer->set_method();
  transfer->set_fields();
  return transfer;
}

Result<void> CurlTransfer::check_url(PlainHttp plain_http) {
  const auto refuse = [](const char* why) { return fail(Error::Kind::invalid, why); };
  const UrlHandle url{curl_url()};
  // libcurl takes a C string: what stands behind a NUL would be judged by nobody.
  if (!url || request_.url.contains('\0') ||
      curl_url_set(url.get(), CURLUPART_URL, request_.url.c_str(), CURLU_DISALLOW_USER | CURLU_PATH_AS_IS) != CURLUE_OK)
    return refuse("The URL cannot be fetched: it must be absolute, http or https, and without a user name.");
  host_ = url_part(url, CURLUPART_HOST);
  const std::string scheme = url_part(url, CURLUPART_SCHEME);
  if (request_.destination == Destination::public_only) reach_ = Reach::public_only;
  if (scheme == "https") return {};
  if (scheme != "http") return refuse("The URL must be http or https.");
  if (plain_http == PlainHttp::to_any) return {};
  if (reach_ == Reach::public_only || !is_loopback_name(host_))
    return refuse("Plain http is allowed to this very machine only.");
  reach_ = Reach::loopback_only;
  return {};
}

void CurlTransfer::set_rules(const CurlFetchOptions& options) {
  CURL* handle = handle_.get();
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // none, whatever the environment says
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  // A dropped request must not wait for the thread that resolves its name.
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<Duration::rep>(request_.timeout.count(), 1)));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.certificate_authorities.empty())
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.certificate_authorities.c_str());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "identity");  // and decompresses what is not, piece by piece
  // The addresses of pooled connections were checked under another rule: what a stranger chose takes none, and leaves
  // none. (Those to loopback are of requests for loopback only.)
  if (reach_ == Reach::public_only) {
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  }
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
}

void CurlTransfer::set_method() {
  CURL* handle = handle_.get();
  const bool has_body = !request_.body.empty() || request_.method == http::Method::post ||
                        request_.method == http::Method::put || request_.method == http::Method::patch;
  if (has_body) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.data());
  }
  if (request_.method == http::Method::head) {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (has_body || request_.method != http::Method::get) {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, std::string{http::to_string(request_.method)}.c_str());
  }
}

void CurlTransfer::set_fields() {
  const auto append = [this](const std::string& line) {
    curl_slist* list = curl_slist_append(fields_.get(), line.c_str());
    if (list == nullptr) return;
    (void)fields_.release();
    fields_.reset(list);
  };
  append("Expect:");  // a name and a colon alone: libcurl shall not add its own
  if (!request_.headers.find("Content-Type")) append("Content-Type:");
  if (!request_.headers.find("User-Agent")) append("User-Agent: Postern");
  for (const http::Header& field : request_.headers)
    append(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, fields_.get());
}

bool CurlTransfer::may_connect_to(const curl_sockaddr& address) const {
  const std::string_view bytes = network_bytes(address);
  switch (reach_) {
    case Reach::any:
      return true;
    case Reach::public_only:
      return is_public_address(bytes);
    case Reach::loopback_only:
      return is_loopback_address(bytes);
  }
  return false;
}

curl_socket_t CurlTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (!transfer.may_connect_to(*address)) {
    transfer.refused_address_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Each line of the head; that of an interim (1xx) answer is forgotten, and trailers after the body are not taken.
std::size_t CurlTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::string_view line{bytes, size * count};
  if (transfer.in_body_) return line.size();
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > response_header_bytes_max) {
    transfer.too_large_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) transfer.response_.headers = {};
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    transfer.response_.headers.add(line.substr(0, colon), trim(line.substr(colon + 1)));
  return line.size();
}

std::size_t CurlTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t arrived = size * count;
  transfer.in_body_ = true;
  if (arrived > transfer.request_.response_bytes_max - transfer.response_.body.size()) {
    transfer.too_large_ = true;
    return 0;
  }
  transfer.response_.body.append(bytes, arrived);
  return arrived;
}

Result<FetchResponse> CurlTransfer::finish(CURLcode code) {
  if (too_large_) return fail(Error::Kind::limited, std::format("The answer of {} is larger than allowed.", host_));
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return std::move(response_);
  }
  if (refused_address_)
    return fail(Error::Kind::invalid, std::format("{} is at an address that may not be fetched.", host_));
  return fail(Error::Kind::unavailable, std::format("No answer of {}: {}.", host_, curl_easy_strerror(code)));
}

}  // namespace postern::native
