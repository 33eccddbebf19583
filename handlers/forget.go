package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"authfix/bot"
	"authfix/storage"
)

// Forgetting is done at once, before the command is recorded, and not by a job:
// a job would have to say who or what is to be forgotten, and stays in the
// database for a while when it is done. If the program ends in between, the
// command was not acknowledged, comes again and finds nothing or little left to
// forget: doing it twice is no harm. Nobody is told that something was deleted
// before it was.
//
// What the command itself leaves must not bring back what it deleted. Of one's
// own deletion the record has no author; the confirmation, which has to say to
// whom it goes, is fleeting, and [JobPurge] removes the bytes of its row when it
// was sent.

// JobPurge makes sure that the bytes of deleted rows are gone. It names nothing.
const JobPurge = "purge"

// purgeAfter is how long after a command the confirmation is expected to be sent,
// and finished jobs that name the message to be gone from the queue.
const purgeAfter = 3 * time.Minute

// forgetCommand deletes what is stored of a message or of a person.
func (t *turn) forgetCommand(ctx context.Context, args string) error {
	what, which, _ := strings.Cut(oneLine(args), " ")
	switch what = strings.ToLower(what); {
	case what == "this" && which == "", what == "" && t.m.Kind == bot.Clicked:
		return t.forgetThis(ctx)
	case what == "message" && which != "":
		return t.forgetMessages(ctx, which)
	case what == "me" && which == "":
		return t.forgetPerson(ctx, t.m.Author.ID)
	case what == "person" && which != "":
		if err := t.requireAdmin(ctx); err != nil {
			return err
		}
		x, ok := onePerson(which)
		if !ok {
			return &UserError{Message: say.noPerson, Hint: say.forgetForms}
		}
		return t.forgetPerson(ctx, x)
	}
	return &UserError{Message: say.forgetWhat, Hint: say.forgetForms}
}

// onePerson reads a mention, person:ID or an ID.
func onePerson(text string) (string, bool) {
	var p Policy
	if _, wrong := setTargets(&p, text); wrong == "" {
		return p.Escalate[0].Person, len(p.Escalate) == 1 && p.Escalate[0].Person != ""
	}
	_, wrong := setTargets(&p, "person:"+text)
	return text, wrong == "" && len(p.Escalate) == 1
}

// forgetThis forgets the message that the thread is about, or that a shortcut
// was used on; after a command and in a direct conversation, those of the case
// at hand.
func (t *turn) forgetThis(ctx context.Context) error {
	switch {
	case t.m.Thread != "":
		return t.forgetMessages(ctx, t.m.Thread)
	case t.m.Kind == bot.Commanded && t.m.Key != "":
		return t.forgetMessages(ctx, t.m.Key)
	case t.m.Kind != bot.Commanded && t.m.Place != bot.Direct:
		return &UserError{Message: say.forgetWhat, Hint: say.forgetForms}
	}
	c, err := t.theCase(ctx)
	if err != nil {
		return err
	}
	var all []contribution
	for _, o := range t.mem.Observations {
		all = append(all, contribution{c.ID, o.Message, o.Author})
	}
	return t.forgetOwn(ctx, c.Channel, all)
}

// A contribution is a message of which something is stored.
type contribution struct {
	caseID, key, author string // the case is that of a message without a row
}

// maxKey bounds a message's key, as storage does.
const maxKey = 255

// forgetMessages forgets a message of this channel.
func (t *turn) forgetMessages(ctx context.Context, key string) error {
	if len(key) > maxKey || strings.IndexByte(key, 0) >= 0 || !utf8.ValidString(key) {
		return &UserError{Message: say.nothingStored}
	}
	mem, err := t.desk.store.Recall(ctx, storage.Query{Tenant: t.tenant, Channel: t.m.Channel, Message: key, Thread: key})
	if err != nil {
		return fmt.Errorf("recall a message: %w", err)
	}
	x := contribution{key: key}
	switch {
	case mem.Message != nil && mem.Message.Author != "":
		x.author = mem.Message.Author
	case mem.Case != nil && mem.Case.Thread == key:
		x.author = mem.Case.Author
	case mem.Message == nil:
		return t.forgetOwn(ctx, t.m.Channel, nil)
	}
	return t.forgetOwn(ctx, t.m.Channel, []contribution{x})
}

// forgetOwn forgets those of some messages of a channel that the person may have
// forgotten: their own, and for an administrator all.
func (t *turn) forgetOwn(ctx context.Context, channel string, all []contribution) error {
	if len(all) == 0 {
		return &UserError{Message: say.nothingStored}
	}
	if t.desk.role(ctx, t.m) < bot.Admin {
		all = slices.DeleteFunc(all, func(x contribution) bool { return x.author != t.m.Author.ID })
	}
	if len(all) == 0 {
		return &UserError{Message: say.notYours, Hint: say.notYoursHint}
	}
	for _, x := range all {
		_, err := t.desk.store.Forget(ctx, storage.Forgotten{Tenant: t.tenant, Channel: channel, Message: x.key, Case: x.caseID,
			Audit: storage.Audit{At: t.m.Received, Actor: t.m.Author.ID, Action: "forget", Subject: "a message"}})
		if err != nil {
			return fmt.Errorf("forget a message: %w", err)
		}
		if row := t.rec.Message; row != nil && row.Thread == x.key {
			row.Thread = ""
		}
	}
	return t.forgotten(say.forgotMessage)
}

// forgetPerson forgets a person: first where settings name them, which storage
// cannot read, then all that is stored of them.
func (t *turn) forgetPerson(ctx context.Context, person string) error {
	own := person == t.m.Author.ID
	actor := t.m.Author.ID
	if own {
		actor = ""
	}
	if err := t.forgetTarget(ctx, person, actor); err != nil {
		return err
	}
	_, err := t.desk.store.Forget(ctx, storage.Forgotten{Tenant: t.tenant, Person: person,
		Audit: storage.Audit{At: t.m.Received, Actor: actor, Action: "forget", Subject: "a person"}})
	if err != nil {
		return fmt.Errorf("forget a person: %w", err)
	}
	if !own {
		return t.forgotten(say.forgotPerson)
	}
	if row := t.rec.Message; row != nil {
		row.Author = "" // it is kept so that the second event of a mention is known
	}
	if t.m.Place == bot.Direct { // its channel is the person's
		t.rec.Message = nil
	}
	return t.forgotten(say.forgotYou)
}

// forgetTarget takes a person out of those to whom channels hand cases. Each
// channel is a record of its own: whoever comes again goes on with the rest.
func (t *turn) forgetTarget(ctx context.Context, person, actor string) error {
	all, err := t.desk.store.Policies(ctx, t.tenant)
	if err != nil {
		return fmt.Errorf("settings of all channels: %w", err)
	}
	for i := range all {
		p, err := readPolicy(&all[i], false)
		if err != nil {
			return err
		}
		n := len(p.Escalate)
		p.Escalate = slices.DeleteFunc(p.Escalate, func(x Target) bool { return x.Person == person })
		if len(p.Escalate) == n {
			continue
		}
		row := all[i]
		if row.Data, err = json.Marshal(p); err != nil {
			return fmt.Errorf("encode the policy of a channel: %w", err)
		}
		row.By, row.At = actor, t.m.Received
		rec := storage.Record{Tenant: t.tenant, Setting: &row,
			Delivery: storage.Delivery{ID: "forget " + newID(), Received: t.m.Received, Decided: t.now, Decision: replied}}
		if err := t.desk.store.Record(ctx, &rec); err != nil {
			return fmt.Errorf("take a person out of a channel's settings: %w", err)
		}
	}
	return nil
}

// forgotten confirms, and leaves nothing else of this turn.
func (t *turn) forgotten(headline string) error {
	t.rec.Case = nil // what was noted in it may be gone
	if row := t.rec.Message; row != nil {
		row.Spoken, row.Case = true, ""
	}
	if err := t.tell(bot.Reply{Headline: headline, Tone: bot.Done}); err != nil {
		return err
	}
	t.rec.Outgoing[len(t.rec.Outgoing)-1].Fleeting = true
	t.rec.Jobs = append(t.rec.Jobs, storage.Job{Kind: JobPurge, Version: 1, Tenant: t.tenant, At: t.now.Add(purgeAfter)})
	return nil
}

// purge removes the bytes of deleted rows, once no reply waits that is so old
// that it may be the confirmation of a deletion.
func (d *Desk) purge(ctx context.Context, j storage.Job) error {
	tenant, err := bot.ParseTenant(string(j.Tenant))
	if err != nil {
		return fmt.Errorf("tenant of a job: %w", storage.ErrNever)
	}
	waiting, err := d.store.Backlog(ctx, tenant.Platform)
	if err != nil {
		return fmt.Errorf("replies that wait: %w", err)
	}
	if waiting.Rows > 0 && d.now().Sub(waiting.Oldest) >= purgeAfter {
		return &storage.Later{After: purgeAfter}
	}
	if err := d.store.Purge(ctx); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	return nil
}
