package handlers

import (
	"context"
	"fmt"

	"authfix/bot"
	"authfix/storage"
)

// heard decides about a message that was said or edited.
func (t *turn) heard(ctx context.Context) error {
	known := t.mem.Message
	if known != nil {
		switch {
		case known.Deleted:
			t.decide(retracted)
			return nil
		case t.m.Revision < known.Revision:
			t.decide(stale)
			return nil
		case t.m.Revision == known.Revision && (known.Asked || known.Spoken || !t.m.Asked):
			// One mention is told as two events; whichever comes second changes
			// something only if it is the one that asks, and nothing was said.
			t.decide(repeated)
			return nil
		}
	}
	t.message()
	asked := t.asked()
	inCase := t.mem.Case != nil && t.mem.Case.Author != "" && (t.m.Thread != "" || t.m.Place == bot.Direct || known != nil)
	if !asked && !inCase && !(t.policy.On && t.m.Thread == "") {
		t.rec.Message = nil // most of what is said is none of ours: the delivery alone is kept
		t.decide(elsewhere)
		return nil
	}
	t.noteHuman()
	if asked {
		if limited, err := t.limit(); limited || err != nil {
			return err
		}
		if known == nil { // an edited command is not run again
			if c, args, ok := t.desk.spoken(t.m.Text); ok {
				return t.run(ctx, c, args)
			}
		}
	}
	if len(t.m.Files) > 0 {
		if err := t.attach(asked); err != nil {
			return err
		}
		return t.beside(ctx, t.m.Text)
	}
	return t.diagnose(ctx, asked)
}

// asked reports whether the message is for the bot.
func (t *turn) asked() bool {
	return t.m.Asked || t.m.Place == bot.Direct || t.mem.Message != nil && t.mem.Message.Asked
}

// noteHuman keeps when a person first answered in the thread of a case.
func (t *turn) noteHuman() {
	c := t.mem.Case
	if c == nil || t.m.Thread == "" || c.Author == t.m.Author.ID || t.m.Author.Bot || !c.FirstHuman.IsZero() || c.Private {
		return
	}
	t.caseRow().FirstHuman = t.m.Received
}

// limit keeps one person from asking too much at once: who does is told so,
// privately and once.
func (t *turn) limit() (bool, error) {
	ok, first := t.desk.persons.allow(string(t.tenant)+"\x00"+t.m.Author.ID, t.now)
	if ok {
		return false, nil
	}
	t.decide(limited)
	if !first {
		return true, nil
	}
	return true, t.tell(bot.Reply{Headline: say.tooMuch, Tone: bot.Sorry, Sections: []bot.Section{{Prose: say.tooMuchHint}}})
}

// crowded reports whether a channel has had so many answers that one more,
// unasked, would be noise.
func (t *turn) crowded() bool {
	ok, _ := t.desk.channels.allow(string(t.tenant)+"\x00"+t.m.Channel, t.now)
	return !ok
}

// retract takes back what a deleted message contributed: its observation and its
// answer at once, what is stored of it by a job when the answer was taken back.
func (t *turn) retract(ctx context.Context) error {
	row := t.message()
	if row == nil {
		t.decide(retracted)
		return nil
	}
	row.Deleted = true
	t.decide(retracted)
	if t.mem.Message == nil {
		row.Author = "" // it may arrive yet: then it is known to be gone
		return nil
	}
	t.rec.Jobs = append(t.rec.Jobs, storage.Job{Kind: JobForget, Version: 1, Tenant: t.tenant, Case: row.Case, Message: messageName(row.Channel, row.Key)})
	c := t.caseRow()
	if c == nil || c.ID != row.Case {
		t.rec.Case = nil
		return nil
	}
	t.rec.Retracted = row.Key
	if len(t.others()) == 0 {
		c.State, c.Excerpt = storage.Withdrawn, ""
	}
	earlier, err := t.earlierReply(ctx, c.ID)
	if err != nil || earlier == nil {
		return err
	}
	return t.replace(earlier, bot.Reply{Headline: say.deleted, Tone: bot.Plain})
}

// others are the observations of the case from messages other than this one.
func (t *turn) others() []storage.Observation {
	var all []storage.Observation
	for _, o := range t.mem.Observations {
		if o.Message != t.m.Key || t.m.Key == "" {
			all = append(all, o)
		}
	}
	return all
}

// earlierReply is the newest reply to this message that everyone sees, or nil.
func (t *turn) earlierReply(ctx context.Context, caseID string) (*storage.Outgoing, error) {
	all, err := t.desk.store.Replies(ctx, t.tenant, caseID)
	if err != nil {
		return nil, fmt.Errorf("replies of a case: %w", err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		if o := &all[i]; o.Message == t.m.Key && !o.Private && o.State != storage.Failed {
			return o, nil
		}
	}
	return nil, nil
}

// replace says r in the place of an earlier reply.
func (t *turn) replace(earlier *storage.Outgoing, r bot.Reply) error {
	r.Replaces = earlier.ID
	if earlier.Private {
		r.Audience = bot.ToPerson
	}
	_, err := t.add(r, storage.Outgoing{Case: earlier.Case, Channel: earlier.Channel, Thread: earlier.Thread, Person: earlier.Person, Private: earlier.Private, Message: earlier.Message})
	return err
}
