#include <array>
#include <chrono>
#include <format>

#include "acme-app/order_book.hpp"

namespace acme {

namespace {

constexpr std::size_t orders_per_user = 67;
constexpr std::size_t recent_orders = 12;  // those that may still be open
constexpr auto last_day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};

struct Product {
  std::string_view name;
  std::int64_t price_cents;
};

constexpr std::array<Product, 18> products = {{
    {"Desk lamp, brass", 8'900},
    {"Notebook, dotted, A5", 1'450},
    {"Fountain pen, fine", 6'200},
    {"Ink, midnight blue", 1'280},
    {"Mechanical keyboard", 14'900},
    {"Monitor arm", 11'500},
    {"Wool felt desk mat", 4'900},
    {"Cable tray", 2'350},
    {"Standing desk, oak", 64'900},
    {"Task chair", 42'900},
    {"Bookend pair, steel", 2'700},
    {"Pinboard, cork", 3'200},
    {"Letter opener", 1'900},
    {"Slide rule, bamboo", 5'400},
    {"Wall clock", 7'800},
    {"Drawing board, A3", 12'300},
    {"Paper, 80 g, 500 sheets", 990},
    {"Waste basket, wire", 2'100},
}};

// splitmix64 from the user's id: the same share for the same user, on every machine.
class Dice {
 public:
  explicit Dice(std::string_view seed) {
    for (const char c : seed) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;  // FNV-1a
  }
  std::uint64_t roll() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return roll() % bound; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

std::string make_id(Dice& dice) { return std::format("ord_{:012x}", dice.roll() & 0xffff'ffff'ffffULL); }

OrderStatus make_status(Dice& dice, std::size_t age) {
  if (age < recent_orders) return dice.below(2) == 0 ? OrderStatus::open : OrderStatus::paid;
  return dice.below(10) == 0 ? OrderStatus::cancelled : OrderStatus::shipped;
}

}  // namespace

std::vector<Order> seed_orders(std::string_view user_id) {
  Dice dice{user_id};
  auto day = last_day;
  std::vector<Order> orders;
  for (std::size_t age = 0; age < orders_per_user; ++age) {
    day -= std::chrono::days{1 + dice.below(5)};
    Order order{.id = make_id(dice),
                .status = make_status(dice, age),
                .placed_on = std::format("{:%F}", day),
                .total_cents = 0,
                .currency = "EUR",
                .items = {}};
    std::size_t product = dice.below(products.size());
    for (std::uint64_t lines = 1 + dice.below(3); lines > 0; --lines) {
      const Product& chosen = products[product];
      const int quantity = static_cast<int>(1 + dice.below(3));
      order.items.push_back(
          {.name = std::string(chosen.name), .quantity = quantity, .unit_price_cents = chosen.price_cents});
      order.total_cents += quantity * chosen.price_cents;
      product = (product + 1 + dice.below(5)) % products.size();  // never the same twice in one order
    }
    orders.push_back(std::move(order));
  }
  return orders;
}

}  // namespace acme
