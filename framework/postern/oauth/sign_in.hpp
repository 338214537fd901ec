// How the authorization server finds out who the user is: the one seam between `oauth` and an identity provider.
//
// After the user approved on our consent page, /authorize sends the browser to `begin()`. The provider brings it back
// to /callback, whose parameters go to `complete()`. By then `oauth` has checked that the state is one it issued, to
// this very browser, and that it was not used before; an implementation only judges the proof of who signed in. At each
// refresh `confirm()` asks whether that sign-in still stands (clerk.md 6.2 row 10), and what the user may do now. Who
// is a member of several organizations chooses one in between, and confirm() judges that.
//
// People who want to see our own pages (connections/) sign in by the same two steps.
//
// Implemented by clerk::BridgeSignIn and clerk::ClerkLogin; AUTH_MODE says which.
#pragma once

#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

struct SignInRequest {
  std::string state;         // opaque, one use; comes back with the callback
  std::string callback_url;  // ours
  std::string client_name;   // untrusted text: what the client calls itself; empty: it is for our own pages
};

struct SignedInUser {
  std::string user_id;
  std::string actor{};  // who acts as this user: support staff, an agent; empty: they do themselves
  std::string session_id;
  std::string organization_id;             // empty: a personal account
  std::string organization_name{};         // for people; may be empty
  std::string role{};                      // in the organization: "org:admin"
  std::vector<std::string> permissions{};  // in the organization: "org:<feature>:<permission>"
  std::vector<std::string> features{};     // of those that the server asks for, as it names them
  std::vector<std::string> plans{};        // likewise
  std::string name{};                      // for people; may be empty, and is in no record
};

// One that a user is a member of.
struct Organization {
  std::string id;
  std::string name;    // for people
  std::string slug{};  // tells those of one name apart; may be empty
};

// How the browser carried the callback's parameters. A query ends up in histories and in the logs of proxies, a form
// body does not, so a provider may refuse the first (clerk.md 6.2 row 1).
enum class CallbackTransport { query, form };

// The browser is back.
struct SignInReturn {
  uri::Form parameters;
  CallbackTransport transport;
  TimePoint started_at;  // when it left us; a proof older than that (minus the skew) is a replay
  std::string browser;   // which one it is: a digest of its cookie, the same for all its sign-ins of these minutes
};

class SignIn {
 public:
  virtual ~SignIn() = default;
  // The URL to send the browser to.
  [[nodiscard]] virtual std::string begin(const SignInRequest& request) = 0;
  // `returned` lives until the task ends. Errors: unauthorized (no valid proof), forbidden (banned or pending user),
  // unavailable (provider down).
  virtual Task<Result<SignedInUser>> complete(const SignInReturn& returned) = 0;
  // Who calls from the app's own pages, by the session token that the provider gives these. Errors: as above.
  virtual Task<Result<SignedInUser>> recognize(std::string session_token) = 0;
  // Those that the user may choose from, to connect for one of them. None if that cannot be known now.
  virtual Task<std::vector<Organization>> find_organizations(std::string user_id) = 0;
  // The user as they are now, in the organization that `user` names. `user` lives until the task ends. Errors:
  // unauthorized (the sign-in has ended, or they are no member any more: the grant must go), unavailable (cannot tell
  // now: try later).
  virtual Task<Result<SignedInUser>> confirm(const SignedInUser& user) = 0;
};

}  // namespace postern::oauth
