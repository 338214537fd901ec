// The members of a plain aggregate as a tuple of references. Long and dull by necessity: a structured binding must say
// how many names it has (until C++26's packs), so there is one line for each count.
#pragma once

#include <cstddef>
#include <tuple>

namespace postern::json::detail {

inline constexpr std::size_t members_max = 24;

// clang-format off
template <std::size_t count, class T>
constexpr auto tie_members(T& t) {
  static_assert(count <= members_max, "A struct without `schema` may have up to 24 members: split it, or give it a `static constexpr auto schema = fields(...)`.");
  if constexpr (count == 0) { return std::tuple<>{}; }
  else if constexpr (count == 1) { auto& [a_] = t; return std::tie(a_); }
  else if constexpr (count == 2) { auto& [a_, b_] = t; return std::tie(a_, b_); }
  else if constexpr (count == 3) { auto& [a_, b_, c_] = t; return std::tie(a_, b_, c_); }
  else if constexpr (count == 4) { auto& [a_, b_, c_, d_] = t; return std::tie(a_, b_, c_, d_); }
  else if constexpr (count == 5) { auto& [a_, b_, c_, d_, e_] = t; return std::tie(a_, b_, c_, d_, e_); }
  else if constexpr (count == 6) { auto& [a_, b_, c_, d_, e_, f_] = t; return std::tie(a_, b_, c_, d_, e_, f_); }
  else if constexpr (count == 7) { auto& [a_, b_, c_, d_, e_, f_, g_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_); }
  else if constexpr (count == 8) { auto& [a_, b_, c_, d_, e_, f_, g_, h_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_); }
  else if constexpr (count == 9) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_); }
  else if constexpr (count == 10) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_); }
  else if constexpr (count == 11) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_); }
  else if constexpr (count == 12) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_); }
  else if constexpr (count == 13) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_); }
  else if constexpr (count == 14) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_); }
  else if constexpr (count == 15) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_); }
  else if constexpr (count == 16) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_); }
  else if constexpr (count == 17) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_); }
  else if constexpr (count == 18) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_); }
  else if constexpr (count == 19) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_); }
  else if constexpr (count == 20) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_); }
  else if constexpr (count == 21) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_); }
  else if constexpr (count == 22) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_, v_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_, v_); }
  else if constexpr (count == 23) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_, v_, w_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_, v_, w_); }
  else if constexpr (count == 24) { auto& [a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_, v_, w_, x_] = t; return std::tie(a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_, q_, r_, s_, t_, u_, v_, w_, x_); }
}
// clang-format on

}  // namespace postern::json::detail
