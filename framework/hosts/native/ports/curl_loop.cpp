#include "hosts/native/ports/curl_loop.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <new>
#include <utility>

namespace postern::native {
namespace {

using boost::asio::posix::stream_descriptor;

constexpr long connections_max = 256;
constexpr long connections_per_host_max = 64;

}  // namespace

// A socket that libcurl owns and Asio watches. Shared with the waits under way, which find `loop_` null once libcurl
// has done with the socket.
class CurlLoop::Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(CurlLoop& loop, curl_socket_t socket) : loop_(&loop), number_(socket), descriptor_(loop.loop_, socket) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { forget(); }

  // Ends every wait and gives the socket back unharmed.
  void forget() {
    if (std::exchange(loop_, nullptr)) (void)descriptor_.release();
  }
  void watch(int what) {
    read_.wanted = (what & CURL_POLL_IN) != 0;
    write_.wanted = (what & CURL_POLL_OUT) != 0;
    wait(read_);
    wait(write_);
  }

 private:
  struct Direction {
    stream_descriptor::wait_type type;
    int event;
    bool wanted = false;
    bool waiting = false;
  };

  void wait(Direction& direction) {
    if (!loop_ || !direction.wanted || direction.waiting) return;
    direction.waiting = true;
    descriptor_.async_wait(direction.type,
                           [self = shared_from_this(), &direction](const boost::system::error_code& error) {
                             direction.waiting = false;
                             self->arrived(direction, error);
                           });
  }
  void arrived(Direction& direction, const boost::system::error_code& error) {
    if (!loop_) return;
    if (error) {
      loop_->act(number_, CURL_CSELECT_ERR);
    } else if (direction.wanted) {
      loop_->act(number_, direction.event);
    }
    wait(direction);  // libcurl may have changed, or ended, what it wants
  }

  CurlLoop* loop_;
  curl_socket_t number_;
  stream_descriptor descriptor_;
  Direction read_{stream_descriptor::wait_read, CURL_CSELECT_IN};
  Direction write_{stream_descriptor::wait_write, CURL_CSELECT_OUT};
};

CurlLoop::CurlLoop(boost::asio::io_context& loop, Done done) : loop_(loop), done_(std::move(done)), timer_(loop) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc{};
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::bad_alloc{};
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, connections_per_host_max);
}

// Asio lets go of the sockets before libcurl closes them.
CurlLoop::~CurlLoop() {
  *self_ = nullptr;
  for (auto& [number, socket] : sockets_) socket->forget();
  sockets_.clear();
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, nullptr);
}

int CurlLoop::on_socket(CURL*, curl_socket_t number, int what, void* self, void*) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    if (const auto known = loop.sockets_.find(number); known != loop.sockets_.end()) {
      known->second->forget();
      loop.sockets_.erase(known);
    }
    return 0;
  }
  auto& socket = loop.sockets_[number];
  if (!socket) socket = std::make_shared<Socket>(loop, number);
  socket->watch(what);
  return 0;
}

// Only sets the timer, even for no time at all: libcurl must not be called from its own callback.
int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (timeout_ms < 0) {
    loop.timer_.cancel();
    return 0;
  }
  loop.timer_.expires_after(std::chrono::milliseconds{timeout_ms});
  loop.timer_.async_wait([self = loop.self_](const boost::system::error_code& error) {
    if (!error && *self) (*self)->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), socket, events, &running);
  int left = 0;
  // One at a time, asked for anew: done_ may add and remove requests.
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_.get(), handle);
    done_(handle, code);
  }
}

}  // namespace postern::native
