package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// click decides about a choice of an earlier reply. Whoever presses gets a
// private answer, also when what it was about is gone.
func (t *turn) click(ctx context.Context) error {
	t.decide(replied)
	p, ok := parsePress(t.m.Choice)
	if !ok {
		return t.tell(bot.Reply{Headline: say.unknownPress, Tone: bot.Sorry, Sections: []bot.Section{{Prose: say.goneHint}}})
	}
	t.out.Ack.Later = true
	if limited, err := t.limit(); limited || err != nil {
		return err
	}
	if p.Case == "" {
		if c := t.desk.command(p.Choice); c != nil {
			return c.run(t, ctx, "")
		}
		return t.tell(bot.Reply{Headline: say.unknownPress, Tone: bot.Sorry})
	}
	c := t.mem.Case
	if c == nil || c.Private && c.Author != t.m.Author.ID {
		return t.lost()
	}
	return t.pressCase(ctx, c, p)
}

// pressCase does what a choice of a case does.
func (t *turn) pressCase(ctx context.Context, c *storage.Case, p press) error {
	switch p.Choice {
	case pressHelped, pressUnhelped, pressWrong:
		return t.vote(ctx, c, p.Choice)
	case pressResolve:
		return t.resolve(c)
	case pressShare:
		if !c.Private {
			return t.tell(bot.Reply{Headline: say.alreadyShared})
		}
		return t.share(ctx, c)
	case pressMore, pressQuery, pressEscalate, pressAnswer:
		r, err := t.recallDiagnosis(c, p)
		if errors.Is(err, errSwept) || errors.Is(err, knowledge.ErrAnswer) {
			return t.lost()
		}
		if err != nil {
			return err
		}
		return t.about(ctx, p, r)
	}
	return t.tell(bot.Reply{Headline: say.unknownPress, Tone: bot.Sorry})
}

// lost says that what a choice was about is no longer kept.
func (t *turn) lost() error {
	return t.tell(bot.Reply{Headline: say.gone, Tone: bot.Sorry, Sections: []bot.Section{{Prose: say.goneHint}}})
}

// errSwept says that a case's observations are gone, or say nothing to the base
// of today.
var errSwept = errors.New("the case's observations are gone")

// recallDiagnosis makes the diagnosis of a case again from what its messages
// contributed, with the answer that was pressed.
func (t *turn) recallDiagnosis(c *storage.Case, p press) (*reading, error) {
	prior, err := decoded(t.mem.Observations)
	if err != nil {
		return nil, err
	}
	if len(prior) == 0 || c.Swept {
		return nil, errSwept
	}
	cc := *c
	cc.Updated = t.now
	r := &reading{c: &cc, answers: known(t.base, c.Answers)}
	if p.Choice == pressAnswer {
		r.answers = append(withoutFact(r.answers, p.Fact), knowledge.Answer{Fact: p.Fact, Value: p.Value})
		r.replied = true
	}
	r.d, err = t.base.Diagnose(knowledge.Input{Prior: prior, Answers: r.answers, Now: c.Received, Key: t.key.of("case " + c.ID)})
	if err != nil {
		return nil, err
	}
	if len(r.d.Candidates) == 0 {
		return nil, errSwept
	}
	r.d.Candidates = leading(r.d.Candidates, c.FailureMode)
	if r.replied { // pasted output is kept as the value that it says
		r.answers[len(r.answers)-1].Value = settled(&r.d, p.Fact, p.Value)
	}
	return r, nil
}

// leading puts the candidate that was said first before others that are as sure.
func leading(all []knowledge.Candidate, id string) []knowledge.Candidate {
	i := slices.IndexFunc(all, func(c knowledge.Candidate) bool { return c.ID == id })
	if i <= 0 || all[i].Verdict != all[0].Verdict {
		return all
	}
	said := all[i]
	return slices.Insert(slices.Delete(all, i, i+1), 0, said)
}

// about answers a press that needs the case's diagnosis.
func (t *turn) about(ctx context.Context, p press, r *reading) error {
	switch p.Choice {
	case pressMore:
		_, err := t.tellAbout(fullReply(&r.d), r.c.ID)
		return err
	case pressQuery:
		q, language := firstQuery(&r.d)
		if q == "" {
			return &UserError{Message: say.noQuery}
		}
		_, err := t.tellAbout(bot.Reply{Sections: []bot.Section{{Code: q, Syntax: language}}}, r.c.ID)
		return err
	case pressEscalate:
		if r.c.State == storage.Escalated {
			return t.tell(bot.Reply{Headline: say.alreadyEscalated})
		}
		if err := t.escalate(ctx, r.c, &r.d); err != nil {
			return err
		}
		return t.tell(bot.Reply{Headline: say.escalated, Tone: bot.Done})
	}
	return t.answered(ctx, r)
}

// answered says what an answer to a question led to: in the place of the answer
// that everyone sees, and to whoever pressed.
func (t *turn) answered(ctx context.Context, r *reading) error {
	action := direct(&r.d)
	if r.c.Private || t.m.Place == bot.Direct {
		_, err := t.pronounce(ctx, r, action, nil)
		return err
	}
	all, err := t.desk.store.Replies(ctx, t.tenant, r.c.ID)
	if err != nil {
		return fmt.Errorf("replies of a case: %w", err)
	}
	var earlier *storage.Outgoing
	for i := range all {
		if !all[i].Private && all[i].Channel == r.c.Channel && all[i].State != storage.Failed {
			earlier = &all[i]
		}
	}
	if _, err := t.pronounce(ctx, r, action, earlier); err != nil || earlier == nil {
		return err
	}
	last := t.rec.Outgoing[len(t.rec.Outgoing)-1]
	var now bot.Reply
	if err := json.Unmarshal(last.Reply, &now); err != nil {
		return fmt.Errorf("read a reply: %w", err)
	}
	now.Replaces, now.Choices = "", nil
	return t.tell(now)
}

// vote keeps what a person says of a case's answer.
func (t *turn) vote(ctx context.Context, c *storage.Case, value string) error {
	votes, err := t.desk.store.CaseVotes(ctx, t.tenant, c.ID)
	if err != nil {
		return fmt.Errorf("votes of a case: %w", err)
	}
	r := bot.Reply{Headline: say.thanks, Tone: bot.Done}
	for _, v := range votes {
		if v.Person == t.m.Author.ID && v.Value != value {
			r.Headline = say.changedVote
		}
	}
	t.rec.Vote = &storage.Vote{Case: c.ID, Person: t.m.Author.ID, FailureMode: c.FailureMode, ModeVersion: c.ModeVersion, Value: value, At: t.m.Received}
	return t.tell(r)
}

// resolve closes a case.
func (t *turn) resolve(c *storage.Case) error {
	if c.State == storage.Resolved {
		return t.tell(bot.Reply{Headline: say.alreadyResolved})
	}
	row := t.caseRow()
	row.State, row.ResolvedAt = storage.Resolved, t.m.Received
	return t.tell(bot.Reply{Headline: say.resolved, Tone: bot.Done})
}

// share shows a private answer to the channel: the stored, redacted reply, never
// the command.
func (t *turn) share(ctx context.Context, c *storage.Case) error {
	all, err := t.desk.store.Replies(ctx, t.tenant, c.ID)
	if err != nil {
		return fmt.Errorf("replies of a case: %w", err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		var r bot.Reply
		if err := json.Unmarshal(all[i].Reply, &r); err != nil || r.Footnote == "" || len(r.Choices) == 0 {
			continue // swept, or no answer
		}
		var kept []bot.Choice
		for _, ch := range r.Choices {
			if ch.ID != choiceID(c.ID, pressShare) {
				kept = append(kept, ch)
			}
		}
		r.Choices, r.Replaces, r.Audience = kept, "", bot.ToChannel
		r.Sections = withoutLabel(withoutLabel(r.Sections, say.earlier), say.secret)
		o := storage.Outgoing{Case: c.ID, Channel: c.Channel, Thread: t.m.Thread, Once: "share " + c.ID}
		if t.m.ReplyTo != "" && t.m.Channel == c.Channel { // where the bot is no member, it can speak by the click alone
			o.ReplyTo, o.ReplyBy = []byte(t.m.ReplyTo), t.m.ReplyBy
		}
		if _, err := t.add(r, o); err != nil {
			return err
		}
		return t.tell(bot.Reply{Headline: say.shared, Tone: bot.Done})
	}
	return t.lost()
}

func withoutLabel(all []bot.Section, label string) []bot.Section {
	var out []bot.Section
	for _, s := range all {
		if s.Label != label {
			out = append(out, s)
		}
	}
	return out
}

// known are the answers of a case to questions that there still are.
func known(b *knowledge.Base, all []storage.Answer) []knowledge.Answer {
	var out []knowledge.Answer
	for _, a := range all {
		if q, ok := b.Question(a.Fact); ok && q.Takes(a.Value) {
			out = append(out, knowledge.Answer(a))
		}
	}
	return out
}

func stored(all []knowledge.Answer) []storage.Answer {
	var out []storage.Answer
	for _, a := range all {
		out = append(out, storage.Answer(a))
	}
	return out
}
