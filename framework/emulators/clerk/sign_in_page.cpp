#include <algorithm>
#include <utility>

#include "emulators/clerk/browser.hpp"
#include "emulators/clerk/page.hpp"
#include "emulators/clerk/sessions.hpp"
#include "emulators/clerk/sign_in_tokens.hpp"
#include "postern/http/html.hpp"
#include "postern/uri/form.hpp"

namespace postern::emulator::browser {

namespace {

using http::escape_html;

constexpr std::size_t people_shown_max = 20;

http::Response message(int status, std::string_view title, std::string_view text) {
  return html_page({.status = status,
                    .title = std::string(title),
                    .body = "<main><div class=\"card\"><header><!--mark--><h1>" + escape_html(title) + "</h1><p>" +
                            escape_html(text) + "</p></header></div></main>"});
}

http::Response foreign_redirect() {
  return message(400, "That link leads elsewhere",
                 "The offline Clerk only returns to addresses on this machine, such as http://localhost:8789.");
}

std::string initials(const User& user) {
  std::string letters;
  for (const auto& name : {user.first_name, user.last_name}) {
    if (name && !name->empty() && static_cast<unsigned char>(name->front()) < 0x80) letters += name->front();
  }
  return letters.empty() ? "?" : letters;
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + escape_html(name) + "\" value=\"" + escape_html(value) + "\">";
}

std::string person_button(const User& user, std::size_t position, std::string_view tag) {
  const bool refused = user.banned || user.locked;
  const std::string email =
      user.email_addresses.empty() ? user.username.value_or("") : user.email_addresses.front().text;
  std::string html = "<button class=\"person\" name=\"user_id\" value=\"" + escape_html(user.id) + "\"";
  html += refused ? " disabled>" : ">";
  html += "<span class=\"face face-" + std::to_string(position % 5) + "\" aria-hidden=\"true\">" +
          escape_html(initials(user)) + "</span>";
  html += "<span class=\"who\"><b>" + escape_html(user.display_name()) + "</b><span>" + escape_html(email) +
          "</span></span>";
  if (!tag.empty()) html += "<span class=\"tag\">" + escape_html(tag) + "</span>";
  html += "<span class=\"go\" aria-hidden=\"true\">&rsaquo;</span></button>\n";
  return html;
}

std::vector<const User*> oldest_first(const World& world) {
  std::vector<const User*> people;
  for (const auto& [id, user] : world.users) people.push_back(&user);
  std::ranges::sort(people, {}, [](const User* user) { return user->created_at; });
  if (people.size() > people_shown_max) people.resize(people_shown_max);
  return people;
}

std::string_view tag_of(const User& user, const Session* current) {
  if (user.banned) return "banned";
  if (user.locked) return "locked";
  return current && current->alive() && current->user_id == user.id ? "signed in" : "";
}

// Everyone there is to choose from, or only the one that a ticket is for.
std::string people_buttons(Call& call, std::string_view ticket) {
  const Browser* visitor = find_browser(call);
  const Session* current = visitor ? call.world.find_session(visitor->session_id) : nullptr;
  std::string html;
  std::size_t position = 0;
  for (const User* user : oldest_first(call.world)) {
    if (!ticket.empty() && user != sign_in_tokens::peek(call.world, ticket)) continue;
    html += person_button(*user, position++, tag_of(*user, current));
  }
  return html;
}

// What a ticket says, or a button.
SignInToken chosen(Call& call, const uri::Form& form) {
  const std::string* ticket = form.find_only("ticket");
  if (ticket && !ticket->empty()) {
    const SignInToken* token = sign_in_tokens::redeem(call.world, *ticket);
    return token ? *token : SignInToken{};
  }
  const std::string* user_id = form.find_only("user_id");
  return {.user_id = user_id ? *user_id : ""};
}

void end_session(World& world, Browser& visitor, SessionStatus status) {
  Session* session = world.find_session(std::exchange(visitor.session_id, {}));
  if (!session || !session->alive()) return;
  session->status = status;
  session->updated_at = world.now();
  if (status == SessionStatus::ended) world.emit("session.ended", sessions::to_json(*session));
}

bool is_own(const World& world, const uri::Url& url) { return url.origin() == world.settings().issuer(); }

// Back to where the person came from. An app learns from the parameter which browser this is, and asks by handshake;
// our own pages know it by its cookie.
http::Response go_back(const World& world, const Browser& visitor, std::string_view redirect_url) {
  const auto url = parse_redirect_url(redirect_url);
  std::string location = "/";
  if (url) location = is_own(world, *url) ? redirect_url : with_parameter(redirect_url, "__clerk_db_jwt", visitor.id);
  http::Response response = http::Response::redirect(303, location);
  response.headers.set("Cache-Control", "no-store");
  remember_browser(response, visitor);
  return response;
}

struct FormPost {
  uri::Form form;
  std::string redirect_url;  // empty, or checked
};

std::optional<FormPost> read_form(const Call& call) {
  auto form = uri::Form::parse(call.request.body);
  if (!form) return std::nullopt;
  const std::string* redirect_url = form->find_only("redirect_url");
  std::string target = redirect_url ? *redirect_url : "";
  if (!target.empty() && !parse_redirect_url(target)) return std::nullopt;
  return FormPost{.form = *std::move(form), .redirect_url = std::move(target)};
}

}  // namespace

http::Response show_sign_in(Call& call) {
  const std::string target = query_value(call.query, "redirect_url");
  const std::string ticket = query_value(call.query, "__clerk_ticket");
  const auto redirect_url = parse_redirect_url(target);
  if (!target.empty() && !redirect_url) return foreign_redirect();
  const std::string buttons = people_buttons(call, ticket);
  if (buttons.empty()) return message(404, "Nobody to sign in as", "The link was used before or is too old.");

  const bool leads_to_client = redirect_url && is_own(call.world, *redirect_url);  // by way of /oauth/authorize
  const std::string to = redirect_url && !leads_to_client ? " to continue to " + redirect_url->origin() : "";
  std::string body = "<main><div class=\"card\"><header><!--mark--><h1>Sign in</h1><p>Choose who you are" +
                     escape_html(to) + "</p></header>\n<form class=\"people\" method=\"post\" action=\"/sign-in\">\n";
  body += hidden("redirect_url", target) + hidden("ticket", ticket) + "\n" + buttons;
  body += "</form>\n<footer>Development mode: the offline Clerk. No password, no network.</footer></div></main>";
  const std::string targets = redirect_url ? redirect_url->origin() + " " + call.world.settings().issuer() : "";
  return html_page(
      {.title = "Sign in", .body = std::move(body), .form_targets = targets, .forms_lead_anywhere = leads_to_client});
}

http::Response sign_in(Call& call) {
  const auto post = read_form(call);
  if (!post) return foreign_redirect();
  const SignInToken token = chosen(call, post->form);
  const User* user = find(call.world.users, token.user_id);
  if (!user) return message(404, "Nobody to sign in as", "There is no such user, or the link was used before.");
  if (user->banned || user->locked) return message(403, "You may not sign in", "This user is banned or locked.");
  Browser& visitor = this_browser(call);
  end_session(call.world, visitor, SessionStatus::replaced);
  Session& session = call.world.start_session(user->id, visitor.client_id);
  session.actor = token.actor;
  if (token.session_lifetime) session.expire_at = session.created_at + *token.session_lifetime;
  visitor.session_id = session.id;
  return go_back(call.world, visitor, post->redirect_url);
}

http::Response show_sign_out(Call& call) {
  const std::string target = query_value(call.query, "redirect_url");
  const auto redirect_url = parse_redirect_url(target);
  if (!target.empty() && !redirect_url) return foreign_redirect();
  std::string body =
      "<main><div class=\"card\"><header><!--mark--><h1>Sign out?</h1><p>This ends your session in every app of "
      "this instance.</p></header>\n<form class=\"people\" method=\"post\" action=\"/sign-out\">";
  body += hidden("redirect_url", target) + "<button class=\"button\">Sign out</button></form></div></main>";
  const std::string targets = redirect_url ? redirect_url->origin() + " " + call.world.settings().issuer() : "";
  return html_page({.title = "Sign out", .body = std::move(body), .form_targets = targets});
}

http::Response sign_out(Call& call) {
  const auto post = read_form(call);
  if (!post) return foreign_redirect();
  Browser& visitor = this_browser(call);
  end_session(call.world, visitor, SessionStatus::ended);
  return go_back(call.world, visitor, post->redirect_url);
}

}  // namespace postern::emulator::browser
