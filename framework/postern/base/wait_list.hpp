// Coroutines that wait for one event, each resumed once when it happens.
//
//   co_await waiting.wait();        // suspends
//   waiting.wake_all();             // resumes, in the order they came
//
// A waiter that is dropped leaves the list by itself, also while wake_all() runs. Waiters that come during wake_all()
// wait for the next one. One loop only. The list must outlive its waiters, or be destroyed with none waiting.
#pragma once

#include <coroutine>
#include <utility>

#include "postern/base/ensure.hpp"

namespace postern {

class WaitList {
  struct Node {
    Node* previous = this;
    Node* next = this;
    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { unlink(); }
    void unlink() {
      previous->next = next;
      next->previous = previous;
      previous = next = this;
    }
    void insert_before(Node& other) {
      previous = other.previous;
      next = &other;
      previous->next = this;
      other.previous = this;
    }
    [[nodiscard]] bool linked() const { return next != this; }
  };

 public:
  class Waiter : Node {
   public:
    explicit Waiter(WaitList& list) : list_(list) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      waiter_ = waiter;
      insert_before(list_.head_);
    }
    void await_resume() const noexcept {}

   private:
    friend WaitList;
    WaitList& list_;
    std::coroutine_handle<> waiter_;
  };

  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList() { ensure(!head_.linked()); }

  [[nodiscard]] Waiter wait() { return Waiter{*this}; }
  [[nodiscard]] bool empty() const { return !head_.linked(); }

  // Touches no member of this list after the first resume, so a woken coroutine may destroy it.
  void wake_all() {
    Node woken;
    if (head_.linked()) {
      woken.insert_before(head_);
      head_.unlink();
    }
    while (woken.linked()) {
      auto* waiter = static_cast<Waiter*>(woken.next);
      waiter->unlink();
      waiter->waiter_.resume();
    }
  }

 private:
  Node head_;
};

}  // namespace postern
