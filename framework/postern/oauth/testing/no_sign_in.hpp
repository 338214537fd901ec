// For tests of what needs an authorization server, and nobody who signs in.
#pragma once

#include <string>
#include <vector>

#include "postern/oauth/sign_in.hpp"

namespace postern::oauth {

class NoSignIn final : public SignIn {
 public:
  std::string begin(const SignInRequest&) override { return {}; }
  Task<Result<SignedInUser>> complete(const SignInReturn&) override {
    co_return fail(Error::Kind::unauthorized, "nobody");
  }
  Task<Result<SignedInUser>> recognize(std::string) override { co_return fail(Error::Kind::unauthorized, "nobody"); }
  Task<std::vector<Organization>> find_organizations(std::string) override { co_return std::vector<Organization>{}; }
  Task<Result<SignedInUser>> confirm(const SignedInUser& user) override { co_return user; }
};

}  // namespace postern::oauth
