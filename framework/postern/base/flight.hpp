// One at a time: whoever comes while another is at it waits for him, and then looks again.
//
//   while (flight.busy()) co_await flight.wait();
//   if (answer_is_there()) co_return answer;
//   const Flight::Turn turn{flight};          // ends when this coroutine ends, also when it is dropped
//   co_await fetch_the_answer();
//
// If the one at work is dropped, the first of those who wait finds no answer and takes over. One loop only; the Flight
// must outlive all of them.
#pragma once

#include "postern/base/ensure.hpp"
#include "postern/base/wait_list.hpp"

namespace postern {

class Flight {
 public:
  class Turn {
   public:
    explicit Turn(Flight& flight) : flight_(flight) {
      ensure(!flight_.busy_);
      flight_.busy_ = true;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      flight_.busy_ = false;
      flight_.landed_.wake_all();
    }

   private:
    Flight& flight_;
  };

  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] WaitList::Wait wait() { return landed_.wait(); }

 private:
  bool busy_ = false;
  WaitList landed_;
};

}  // namespace postern
