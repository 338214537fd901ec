#include "acme-app/order_book.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace acme;

TEST_CASE("a user's orders are the same in every run, and nobody else's") {
  const auto ada = seed_orders("user_ada"), again = seed_orders("user_ada"), grace = seed_orders("user_grace");
  CHECK(ada.size() == 67);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < ada.size(); ++i) {
    CHECK(ada[i].id == again[i].id);
    CHECK(ada[i].total_cents == again[i].total_cents);
    ids.insert(ada[i].id);
    ids.insert(grace[i].id);
  }
  CHECK(ids.size() == 134);
}

TEST_CASE("totals are the sum of the items, days run backwards, every status occurs") {
  std::set<OrderStatus> seen;
  std::string day = "9999-12-31";
  for (const Order& order : seed_orders("user_ada")) {
    std::int64_t sum = 0;
    for (const OrderItem& item : order.items) sum += item.quantity * item.unit_price_cents;
    CHECK(sum == order.total_cents);
    CHECK(order.placed_on < day);
    day = order.placed_on;
    seen.insert(order.status);
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("pages follow each other without gaps or repeats, filtered or not") {
  OrderBook book;
  for (const auto& status : {std::optional<OrderStatus>{}, std::optional{OrderStatus::shipped}}) {
    OrderQuery query{.text = "", .status = status, .limit = 7, .cursor = ""};
    std::vector<std::string> ids;
    for (int page_number = 0; page_number < 50; ++page_number) {
      const auto page = book.list("user_ada", query);
      REQUIRE(page.has_value());
      CHECK(page->orders.size() <= 7);
      for (const Order& order : page->orders) ids.push_back(order.id);
      if (!page->next_cursor) break;
      query.cursor = *page->next_cursor;
    }
    const auto all = seed_orders("user_ada");
    const auto expected = std::ranges::count_if(all, [&](const Order& o) { return !status || o.status == *status; });
    CHECK(static_cast<std::ptrdiff_t>(ids.size()) == expected);
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
  }
}

TEST_CASE("search finds items and ids without case") {
  OrderBook book;
  const auto lamps = book.list("user_ada", {.text = "LAMP", .limit = 100});
  REQUIRE(lamps.has_value());
  CHECK_FALSE(lamps->orders.empty());
  for (const Order& order : lamps->orders) {
    CHECK(std::ranges::any_of(order.items, [](const OrderItem& item) { return item.name.contains("lamp"); }));
  }
  const std::string id = lamps->orders.front().id;
  CHECK(book.list("user_ada", {.text = id})->orders.size() == 1);
  CHECK(book.list("user_ada", {.text = "no such thing"})->orders.empty());
}

TEST_CASE("a cursor of somebody else's, or of nobody's, is refused") {
  OrderBook book;
  const std::string foreign = book.list("user_grace", {.limit = 1})->orders.front().id;
  CHECK_FALSE(book.list("user_ada", {.cursor = foreign}).has_value());
  CHECK_FALSE(book.list("user_ada", {.cursor = "x"}).has_value());
}

TEST_CASE("an order is cancelled once, not after shipping, and never by another user") {
  OrderBook book;
  const auto first_with = [&](OrderStatus status) {
    return book.list("user_ada", {.status = status, .limit = 1})->orders.front().id;
  };
  const std::string open = first_with(OrderStatus::open), shipped = first_with(OrderStatus::shipped);
  CHECK(book.cancel("user_grace", open) == Cancellation::not_found);
  CHECK(book.cancel("user_ada", open) == Cancellation::cancelled);
  CHECK(book.find("user_ada", open)->status == OrderStatus::cancelled);
  CHECK(book.cancel("user_ada", open) == Cancellation::already_cancelled);
  CHECK(book.cancel("user_ada", shipped) == Cancellation::already_shipped);
  CHECK(book.cancel("user_ada", "") == Cancellation::not_found);
  CHECK(book.find("user_grace", open) == nullptr);
}
