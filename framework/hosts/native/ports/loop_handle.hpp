// An event loop that other threads may post to, for as long as it is there.
//
//   auto loop = std::make_shared<LoopHandle>(io_context);   // shared with a thread that may outlive the loop
//   loop->post([operation] { operation->finish(); });       // from any thread; dropped once closed
//   loop->close();                                          // by the port that made it, before io_context dies
//
// What is posted may also be destroyed without having run, when the loop ends first.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <utility>

namespace postern::native {

class LoopHandle {
 public:
  explicit LoopHandle(boost::asio::io_context& loop) : loop_(&loop) {}
  LoopHandle(const LoopHandle&) = delete;
  LoopHandle& operator=(const LoopHandle&) = delete;

  template <class Function>
  void post(Function function) {
    const std::lock_guard lock{mutex_};
    if (loop_) boost::asio::post(*loop_, std::move(function));
  }
  void close() {
    const std::lock_guard lock{mutex_};
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  boost::asio::io_context* loop_;
};

}  // namespace postern::native
