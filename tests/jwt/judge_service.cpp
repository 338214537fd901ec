// The judge as a module: the lines are the body of a request, the verdicts that of the answer.
#include "hosts/workers/ports/workers_ports.hpp"
#include "hosts/workers/service.hpp"
#include "judge.hpp"

namespace postern::workers {
namespace {

class JudgeService final : public Service {
 public:
  Task<http::Response> handle(http::Request request) override {
    co_return http::Response::text(200, co_await jwt_judge::judge(request.body, ports_));
  }
  Task<void> after_response() override { co_return; }
  void hear(std::string_view, std::string_view, std::string_view) override {}

 private:
  WorkersPorts workers_{LogLevel::error};
  Ports ports_ = workers_.ports();
};

}  // namespace

std::unique_ptr<Service> make_service(std::string_view) { return std::make_unique<JudgeService>(); }

}  // namespace postern::workers
