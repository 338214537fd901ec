// A live TLS server with certificates made on the spot: who cannot prove the name is sent nothing at all.
#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <format>
#include <fstream>
#include <memory>
#include <string>

#include "hosts/native/ports/curl_fetch.hpp"
#include "hosts/native/ports/temporary_folder.hpp"
#include "postern/base/ensure.hpp"

namespace postern::native {
namespace {

using boost::asio::ip::tcp;

constexpr long day = 24L * 3600;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};

// A key and a certificate for it. `issuer` null: signed by itself.
struct Identity {
  std::unique_ptr<EVP_PKEY, Free> key{EVP_EC_gen("P-256")};
  std::unique_ptr<X509, Free> certificate{X509_new()};

  Identity(const char* common_name, const char* extension_name, const char* extension_value, const Identity* issuer,
           long valid_from = -day, long valid_to = day) {
    X509* x509 = certificate.get();
    ensure(X509_set_version(x509, X509_VERSION_3) == 1 && X509_set_pubkey(x509, key.get()) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), valid_from);
    X509_gmtime_adj(X509_getm_notAfter(x509), valid_to);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    const Identity& signer = issuer == nullptr ? *this : *issuer;
    X509_set_issuer_name(x509, X509_get_subject_name(signer.certificate.get()));
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, OBJ_sn2nid(extension_name), extension_value);
    ensure(extension != nullptr && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    ensure(X509_sign(x509, signer.key.get(), EVP_sha256()) > 0);
  }
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, Free> out{BIO_new(BIO_s_mem())};
    ensure(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
};

// Greets one client, and answers whatever it asks; `heard` is what came through the encryption.
class TlsServer {
 public:
  TlsServer(boost::asio::io_context& loop, const Identity& identity, int version_max)
      : acceptor_(loop, {boost::asio::ip::address_v4::loopback(), 0}), stream_(loop, configure(identity, version_max)) {
    acceptor_.async_accept(stream_.lowest_layer(), [this](const boost::system::error_code& error) {
      if (!error) greet();
    });
  }
  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
  std::string heard;

 private:
  boost::asio::ssl::context& configure(const Identity& identity, int version_max) {
    SSL_CTX* context = context_.native_handle();
    ensure(SSL_CTX_use_certificate(context, identity.certificate.get()) == 1);
    ensure(SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1);
    ensure(SSL_CTX_set_max_proto_version(context, version_max) == 1);
    SSL_CTX_set_security_level(context, 0);  // so that an old version is refused by the client, not by us
    return context_;
  }
  void greet() {
    stream_.async_handshake(boost::asio::ssl::stream_base::server, [this](const boost::system::error_code& error) {
      if (!error) read();
    });
  }
  void read() {
    boost::asio::async_read_until(stream_, boost::asio::dynamic_buffer(heard), "\r\n\r\n",
                                  [this](const boost::system::error_code& error, std::size_t) {
                                    if (!error) answer();
                                  });
  }
  void answer() {
    static constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    boost::asio::async_write(stream_, boost::asio::buffer(hello), [](const boost::system::error_code&, std::size_t) {});
  }

  tcp::acceptor acceptor_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  boost::asio::ssl::stream<tcp::socket> stream_;
};

Task<void> keep(Task<Result<FetchResponse>> task, std::optional<Result<FetchResponse>>& answer) {
  answer.emplace(co_await std::move(task));
}

struct Outcome {
  Result<FetchResponse> answer;
  std::string heard;
};

Outcome ask(const Identity& server_identity, const Identity& trusted, std::string_view host,
            int version_max = TLS1_3_VERSION) {
  const TemporaryFolder folder;
  const std::string authorities = folder.database() + ".pem";
  std::ofstream{authorities} << trusted.pem();
  boost::asio::io_context loop;
  TlsServer server{loop, server_identity, version_max};
  const auto fetch = make_curl_fetch(loop, {.certificate_authorities = authorities});
  FetchRequest request{.url = std::format("https://{}:{}/", host, server.port())};
  request.headers.set("Authorization", "Bearer canary");
  std::optional<Result<FetchResponse>> answer;
  const Job job = Job::start(keep(fetch->fetch(std::move(request)), answer), [](const std::exception_ptr&) {});
  while (!job.done()) loop.run_one();
  return {*std::move(answer), server.heard};
}

}  // namespace

TEST_CASE("a server that proves its name with a certificate of an authority we trust is talked to") {
  const Identity authority{"Test authority", "basicConstraints", "critical,CA:TRUE", nullptr};
  const Identity named{"server", "subjectAltName", "DNS:localhost", &authority};
  const Identity numbered{"server", "subjectAltName", "IP:127.0.0.1", &authority};
  for (const auto& [identity, host] : {std::pair{&named, std::string{"localhost"}}, {&numbered, "127.0.0.1"}}) {
    CAPTURE(host);
    const Outcome outcome = ask(*identity, authority, host);
    const std::string failure = outcome.answer ? "" : outcome.answer.error().message;
    CAPTURE(failure);
    REQUIRE(outcome.answer);
    CHECK(outcome.answer->body == "hello");
    CHECK(outcome.heard.contains("canary"));
  }
  CHECK(ask(named, authority, "localhost", TLS1_2_VERSION).answer);
}

// RFC 9525 (names), RFC 8446 and RFC 8996 (no TLS 1.1).
TEST_CASE("a server that cannot is told nothing, least of all a token") {
  const Identity authority{"Test authority", "basicConstraints", "critical,CA:TRUE", nullptr};
  const Identity impostor_authority{"Test authority", "basicConstraints", "critical,CA:TRUE", nullptr};
  const Identity good{"localhost", "subjectAltName", "DNS:localhost", &authority};
  const Identity self_signed{"localhost", "subjectAltName", "DNS:localhost", nullptr};
  const Identity by_impostor{"localhost", "subjectAltName", "DNS:localhost", &impostor_authority};
  const Identity other_host{"localhost", "subjectAltName", "DNS:other.example", &authority};
  const Identity other_number{"localhost", "subjectAltName", "IP:127.0.0.2", &authority};
  const Identity expired{"localhost", "subjectAltName", "DNS:localhost", &authority, -2 * day, -day};
  const Identity not_yet{"localhost", "subjectAltName", "DNS:localhost", &authority, day, 2 * day};
  const Identity below_a_leaf{"localhost", "subjectAltName", "DNS:localhost", &good};
  struct Row {
    std::string_view name;
    const Identity& identity;
    std::string_view host;
    std::string_view says = "certificate";
    int version_max = TLS1_3_VERSION;
  };
  for (const Row& row :
       {Row{"self-signed", self_signed, "localhost"},
        Row{"of an authority by the same name", by_impostor, "localhost", "connect"},
        Row{"for another host", other_host, "localhost"}, Row{"a name where a number is asked", good, "127.0.0.1"},
        Row{"for another number", other_number, "127.0.0.1"}, Row{"expired", expired, "localhost"},
        Row{"not valid yet", not_yet, "localhost"}, Row{"signed by what is no authority", below_a_leaf, "localhost"},
        Row{"TLS 1.1", good, "localhost", "connect", TLS1_1_VERSION}}) {
    CAPTURE(row.name);
    const Outcome outcome = ask(row.identity, authority, row.host, row.version_max);
    REQUIRE_FALSE(outcome.answer);
    CHECK(outcome.answer.error().kind == Error::Kind::unavailable);
    CAPTURE(outcome.answer.error().message);
    CHECK(outcome.answer.error().message.contains(row.says));
    CHECK(outcome.heard.empty());
  }
}

}  // namespace postern::native
