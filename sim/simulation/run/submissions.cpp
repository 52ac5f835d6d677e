#include <algorithm>
#include <utility>

#include "berth/simulation/input.hpp"

namespace berth::simulation {

namespace {

class Listed final : public SubmissionSource {
 public:
  explicit Listed(std::vector<Submission> all) : all_(std::move(all)) {
    std::stable_sort(all_.begin(), all_.end(),
                     [](const Submission& a, const Submission& b) { return a.spec.submit < b.spec.submit; });
  }
  std::optional<Submission> next() override {
    if (next_ == all_.size()) return std::nullopt;
    return std::move(all_[next_++]);
  }
  std::optional<std::uint64_t> remaining() const override { return all_.size() - next_; }

 private:
  std::vector<Submission> all_;
  std::size_t next_ = 0;
};

class Merged final : public SubmissionSource {
 public:
  explicit Merged(std::vector<std::unique_ptr<SubmissionSource>> sources) : sources_(std::move(sources)) {
    for (const auto& source : sources_) heads_.push_back(source->next());
  }
  std::optional<Submission> next() override {
    // The earliest head; the first of equals. Scenarios have few sources.
    std::size_t least = heads_.size();
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      if (heads_[i] && (least == heads_.size() || heads_[i]->spec.submit < heads_[least]->spec.submit))
        least = i;
    }
    if (least == heads_.size()) return std::nullopt;
    std::optional<Submission> taken = std::move(heads_[least]);
    heads_[least] = sources_[least]->next();
    return taken;
  }
  std::optional<std::uint64_t> remaining() const override {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const auto rest = sources_[i]->remaining();
      if (!rest) return std::nullopt;
      sum += *rest + (heads_[i] ? 1 : 0);
    }
    return sum;
  }

 private:
  std::vector<std::unique_ptr<SubmissionSource>> sources_;
  std::vector<std::optional<Submission>> heads_;
};

}  // namespace

std::unique_ptr<SubmissionSource> submissions_of(std::vector<Submission> all) {
  return std::make_unique<Listed>(std::move(all));
}

std::unique_ptr<SubmissionSource> merge_sources(std::vector<std::unique_ptr<SubmissionSource>> sources) {
  return std::make_unique<Merged>(std::move(sources));
}

}  // namespace berth::simulation
