// jwt-judge: the judge over standard input and output, with the native host's cryptography.
#include <iostream>
#include <iterator>

#include "judge.hpp"
#include "postern/base/ensure.hpp"
#include "postern/testing/test_ports.hpp"

namespace {

using namespace postern;

Task<void> answer(std::string_view lines, Ports& ports) { std::cout << co_await jwt_judge::judge(lines, ports); }

}  // namespace

int main() {
  const std::string lines{std::istreambuf_iterator<char>{std::cin}, {}};
  testing::TestPorts test;
  const Job job = Job::start(answer(lines, test.ports), [](const std::exception_ptr& failure) { ensure(!failure); });
  ensure(job.done());  // nothing here waits
}
