#pragma once
/// What the rows of the table of scores (scores.cpp) are made of: three functions for each kind,
/// each kind in a file of its own.

#include "gan/judge/scores.h"

namespace gan {

// parzen_score.cpp
bool parzen_applies(const Subject& s);
ScoreReport score_parzen(const Subject& s);
void watch_parzen(const Subject& s, int64_t step, Scores& out);

// log_probability_score.cpp
bool log_probability_applies(const Subject& s);
ScoreReport score_log_probability(const Subject& s);
void watch_log_probability(const Subject& s, int64_t step, Scores& out);

// two_sample_score.cpp
bool two_sample_applies(const Subject& s);
ScoreReport score_two_sample(const Subject& s);
void watch_two_sample(const Subject& s, int64_t step, Scores& out);

// class_accuracy_score.cpp
bool class_accuracy_applies(const Subject& s);
ScoreReport score_class_accuracy(const Subject& s);

// mode_coverage_score.cpp
bool coverage_applies(const Subject& s);
ScoreReport score_coverage(const Subject& s);
void watch_coverage(const Subject& s, int64_t step, Scores& out);

// stacked_modes_score.cpp
bool stacked_modes_apply(const Subject& s);
ScoreReport score_stacked_modes(const Subject& s);
void watch_stacked_modes(const Subject& s, int64_t step, Scores& out);

// closed_form_score.cpp
bool closed_form_applies(const Subject& s);
ScoreReport score_closed_form(const Subject& s);

// nearest_score.cpp
bool nearest_applies(const Subject& s);
ScoreReport score_nearest(const Subject& s);

/// The model computes log p(x) itself, exactly or up to log Z.
bool knows_log_probability(const Subject& s);

}  // namespace gan
