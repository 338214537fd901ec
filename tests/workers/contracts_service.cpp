// doctest in a module: a request runs it, and the answer has what came of it.
//
//   GET /       runs all cases: an array of {"suite", "name", "checks", "failures"}, one for each leaf of subcases
//
// There is no unwinder, so a REQUIRE that fails ends the instance.
#include "contracts_service.hpp"

#include <sstream>

// doctest names the class of files, which this libc++ only declares.
template <>
class std::basic_fstream<char> : public std::ostringstream {
 public:
  void open(const char*, openmode) {}
  [[nodiscard]] bool is_open() const { return false; }
  void close() {}
};
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <wasi/api.h>

#include <utility>

#include "hosts/workers/record.hpp"
#include "hosts/workers/service.hpp"
#include "postern/json/writer.hpp"

namespace postern::workers {
namespace {

struct Run {
  Strand* strand = nullptr;
  std::string peer;
  std::string report;
};
Run current;

// What doctest tells of a run, as JSON.
class Reporter final : public doctest::IReporter {
 public:
  explicit Reporter(const doctest::ContextOptions&) {}

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override { current.report = "["; }
  void test_run_end(const doctest::TestRunStats&) override { current.report += "]"; }
  void test_case_start(const doctest::TestCaseData& suite) override { suite_ = suite.m_name; }
  void test_case_reenter(const doctest::TestCaseData&) override { end_leaf(); }
  void test_case_end(const doctest::CurrentTestCaseStats&) override { end_leaf(); }
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature& subcase) override {
    if (!name_.empty()) name_ += ": ";
    name_ += subcase.m_name.c_str();
  }
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& check) override {
    ++checks_;
    if (!check.m_failed) return;
    std::string what = std::string{check.m_file} + ":" + std::to_string(check.m_line) + ": " + check.m_expr + " is " +
                       check.m_decomp.c_str();
    for (int i = 0; i < get_num_active_contexts(); ++i) {
      std::ostringstream context;
      get_active_contexts()[i]->stringify(&context);
      what += ", " + context.str();
    }
    if (check.m_at & doctest::assertType::is_require) host::host_panic(what.data(), what.size());
    failures_ += what + "\n";
  }
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

 private:
  void end_leaf() {
    if (current.report != "[") current.report += ",";
    json::ObjectWriter leaf{current.report};
    json::append(leaf.member("suite"), suite_);
    json::append(leaf.member("name"), std::exchange(name_, {}));
    json::append(leaf.member("checks"), std::exchange(checks_, 0));
    json::append(leaf.member("failures"), std::exchange(failures_, {}));
    leaf.end();
  }

  std::string suite_;
  std::string name_;
  std::int64_t checks_ = 0;
  std::string failures_;
};

class Contracts final : public Service {
 public:
  Task<http::Response> handle(http::Request) override {
    current.strand = co_await this_strand();
    doctest::registerReporter<Reporter>("contracts", 0, true);
    doctest::Context context;
    context.setOption("reporters", "contracts");
    context.run();
    co_return http::Response::json(200, std::move(current.report));
  }
  Task<void> after_response() override { co_return; }
  void hear(std::string_view, std::string_view, std::string_view) override {}
};

}  // namespace

Strand& contracts_strand() { return *current.strand; }
const std::string& contracts_peer() { return current.peer; }

std::unique_ptr<Service> make_service(std::string_view record) {
  RecordReader reader{record};
  for (std::size_t left = reader.count(); left > 0; --left) {
    const std::string_view name = reader.text(), value = reader.text();
    if (name == "PEER_URL") current.peer = value;
  }
  return std::make_unique<Contracts>();
}

}  // namespace postern::workers

// What doctest's stopwatch and the C++ streams want of WASI, over what runtime.cpp has: the time, and that there is no
// file to read.
extern "C" {
int __imported_wasi_snapshot_preview1_clock_time_get(int, long long, int time) {
  *reinterpret_cast<long long*>(time) = static_cast<long long>(postern::workers::host::host_now() * 1e6);
  return 0;
}
int __imported_wasi_snapshot_preview1_fd_fdstat_get(int, int) { return __WASI_ERRNO_BADF; }
int __imported_wasi_snapshot_preview1_fd_read(int, int, int, int) { return __WASI_ERRNO_BADF; }
}
