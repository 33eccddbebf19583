package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/knowledge/scan"
	"authfix/storage"
)

// Bounds of attached files; package scan has those of their content.
const (
	filesAtOnce = 2 // in this process
	maxFiles    = 5 // of one message
	// quickFile is within what time a file is read as a rule: who is answered
	// privately is told that it is read only when that takes longer.
	quickFile = 20 * time.Second
)

// attach makes a job of each file of the message. Someone who asked sees at once
// that it is read; that reply gives way to the answer.
func (t *turn) attach(asked bool) error {
	files := t.m.Files
	if len(files) > maxFiles {
		files = files[:maxFiles]
	}
	caseID := ""
	if asked {
		c := t.mem.Case
		if c == nil || t.m.Kind == bot.Commanded {
			c = &storage.Case{Tenant: t.tenant, ID: newID(), Channel: t.m.Channel, Thread: t.m.Thread, Author: t.m.Author.ID, Asked: true,
				Private: t.m.Kind == bot.Commanded && t.m.Place != bot.Direct, State: storage.Open, Verdict: string(knowledge.Unknown), Received: t.m.Received, Decided: t.now, Updated: t.now}
			if c.Thread == "" && t.m.Place != bot.Direct && !c.Private {
				c.Thread = t.m.Key
			}
			t.mem.Observations = nil
		}
		t.rec.Case = c // text beside the files belongs to the same case
		caseID = c.ID
		if row := t.message(); row != nil {
			row.Case, row.Spoken = c.ID, true
		}
		var names []string
		for _, f := range files {
			names = append(names, clip(f.Name, maxLabel))
		}
		r := bot.Reply{Headline: fmt.Sprintf(say.reading, strings.Join(names, ", "))}
		if len(t.m.Files) > maxFiles {
			r.Sections = []bot.Section{{Prose: fmt.Sprintf(say.filesLeft, len(t.m.Files)-maxFiles)}}
		}
		if _, err := t.sayOrTell(r, caseID); err != nil {
			return err
		}
		// The way to answer a command privately is good for the answer too, as long as
		// this has not gone it: the service itself shows meanwhile that it is at work.
		if o := &t.rec.Outgoing[len(t.rec.Outgoing)-1]; o.Private && len(o.ReplyTo) > 0 {
			o.NotBefore = t.now.Add(quickFile)
		}
	}
	for _, f := range files {
		key := t.m.Key
		if t.m.Kind == bot.Commanded {
			key = ""
		}
		t.rec.Jobs = append(t.rec.Jobs, storage.Job{Kind: JobFile, Version: 1, Tenant: t.tenant, Case: caseID, Message: messageName(t.m.Channel, key), File: f.ID, Once: true})
	}
	t.decide(fileQueued)
	return nil
}

// beside diagnoses the text that came with files: it is answered when it is
// recognised by itself; else the files are waited for.
func (t *turn) beside(ctx context.Context, text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	decided := t.out.Decision
	r, err := t.readIn(text, t.rec.Case)
	if err != nil {
		return nil // it is no text, or nothing but blanks: what counts are the files
	}
	t.out.Verdict = string(r.d.Verdict)
	asked := t.rec.Case != nil
	switch action := Triage(t.policy, Situation{Asked: asked, Now: t.m.Received}, &r.d, Said{}); action {
	case Speak:
		_, err = t.pronounce(ctx, r, action, nil)
	default:
		err = t.keep(ctx, r)
		t.decide(decided)
	}
	return err
}

// readFile is the job that reads one attached file: it is fetched and diagnosed
// as it comes, and nothing of it is kept but what a message leaves.
func (d *Desk) readFile(ctx context.Context, j storage.Job) error {
	select {
	case d.files <- struct{}{}:
		defer func() { <-d.files }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tenant, err := bot.ParseTenant(string(j.Tenant))
	if err != nil {
		return fmt.Errorf("%w: %w", err, storage.ErrNever)
	}
	fetcher, ok := d.platform(tenant.Platform).(bot.Fetcher)
	if !ok {
		return fmt.Errorf("platform %s gives no files: %w", tenant.Platform, storage.ErrNever)
	}
	for attempt := 1; ; attempt++ {
		t, err := d.fileTurn(ctx, tenant, j)
		if err != nil || t == nil {
			return err
		}
		if err = t.file(ctx, fetcher, j); err != nil {
			return err
		}
		switch _, err = t.commit(ctx); {
		case err == nil:
			if d.wake != nil {
				d.wake(tenant.Platform)
			}
			return nil
		case errors.Is(err, storage.ErrDelivered):
			return nil
		case errors.Is(err, storage.ErrConflict) && attempt < maxAttempts:
		default:
			return fmt.Errorf("record what a file shows: %w", err)
		}
	}
}

// maxDelivery is how long the key of a delivery may be, in bytes: see
// [bot.Message].
const maxDelivery = 255

// fileDelivery is the key under which a file of a message, or of a case, is
// decided. The id of a file can be longer than a key may be.
func fileDelivery(file, of string) string {
	name := "file " + file + " " + of
	if len(name) <= maxDelivery {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "file sha256:" + hex.EncodeToString(sum[:])
}

// fileTurn is the turn of a file, as if its message came again; nil when the
// message is gone.
func (d *Desk) fileTurn(ctx context.Context, tenant bot.Tenant, j storage.Job) (*turn, error) {
	channel, key, ok := parseMessageName(j.Message)
	if !ok {
		return nil, fmt.Errorf("a message called without its channel: %w", storage.ErrNever)
	}
	mem, err := d.store.Recall(ctx, storage.Query{Tenant: j.Tenant, Channel: channel, Message: key, Case: j.Case})
	if err != nil {
		return nil, fmt.Errorf("recall the message of a file: %w", err)
	}
	m := bot.Message{Tenant: tenant, Delivery: fileDelivery(j.File, key), Kind: bot.Said, Channel: channel, Key: key, Received: d.now().UTC()}
	if key == "" {
		m.Kind, m.Delivery = bot.Commanded, fileDelivery(j.File, j.Case)
	}
	if key != "" && (mem.Message == nil || mem.Message.Deleted) {
		return nil, nil // forgotten, or taken back
	}
	if j.Case == "" && key != "" && mem.Message.Asked {
		return nil, nil // the mention of the same message has a job of its own
	}
	if row := mem.Message; row != nil {
		m.Thread, m.Revision, m.Asked, m.Author.ID = row.Thread, row.Revision, row.Asked, row.Author
	}
	if c := mem.Case; c != nil {
		m.Author.ID = c.Author
		if c.Thread == "" && !c.Private {
			m.Place = bot.Direct
		}
	} else if j.Case != "" {
		return nil, nil // forgotten meanwhile
	}
	t, err := d.begin(ctx, m)
	if err != nil {
		return nil, err
	}
	if t.mem.Delivery != nil {
		return nil, nil
	}
	if j.Case != "" {
		t.mem.Case, t.mem.Observations = mem.Case, mem.Observations
	}
	return t, nil
}

// file reads the file and decides.
func (t *turn) file(ctx context.Context, fetcher bot.Fetcher, j storage.Job) error {
	asked := j.Case != ""
	earlier, err := t.progress(ctx, j.Case)
	if err != nil {
		return err
	}
	content, err := fetcher.Open(ctx, t.m.Tenant, bot.File{ID: j.File})
	if errors.Is(err, bot.ErrPermanent) {
		return t.fileFailed(asked, earlier, say.fileGone)
	}
	if err != nil {
		return fmt.Errorf("open a file: %w", err)
	}
	defer content.Close()
	caseID := j.Case
	if caseID == "" {
		caseID = newID()
	}
	prior, err := decoded(t.mem.Observations)
	if err != nil {
		return err
	}
	result, err := scan.Diagnose(ctx, t.base, knowledge.Input{Now: t.m.Received, Prior: prior, Key: t.key.of("case " + caseID), Mark: t.key.of("secrets"), Observe: knowledge.Observed}, "", content, scan.Limits{Time: time.Minute})
	var large *scan.TooLarge
	var unreadable *scan.Unreadable
	switch {
	case err == nil:
	case errors.As(err, &large), errors.As(err, &unreadable):
		return t.fileFailed(asked, earlier, sentence(err.Error()))
	case ctx.Err() != nil:
		return err
	case result.Texts == 0:
		return t.fileFailed(asked, earlier, sentence(err.Error()))
	}
	return t.fileRead(ctx, &result, caseID, asked, earlier)
}

// fileRead decides about what a file shows.
func (t *turn) fileRead(ctx context.Context, result *scan.Result, caseID string, asked bool, earlier *storage.Outgoing) error {
	r := &reading{d: result.Diagnosis, news: true}
	if c := t.mem.Case; c != nil {
		cc := *c
		r.c, r.answers = &cc, known(t.base, c.Answers)
	} else {
		r.fresh = true
		r.c = &storage.Case{Tenant: t.tenant, ID: caseID, Channel: t.m.Channel, Thread: t.m.Thread, Author: t.m.Author.ID, State: storage.Open, Received: t.m.Received, Decided: t.now}
		if r.c.Thread == "" {
			r.c.Thread = t.m.Key
		}
	}
	r.c.Updated = t.now
	r.d.Notes = nil
	for _, n := range result.Notes {
		note := sentence(n.Err.Error())
		if n.Entry != "" {
			note = n.Entry + ": " + n.Err.Error() + "."
		}
		r.d.Notes = append(r.d.Notes, note)
	}
	r.d.Redactions = secrets(result.Secrets)
	s := Situation{Asked: asked, Now: t.m.Received, FollowUp: !r.fresh && r.c.FailureMode != ""}
	said, err := t.said(ctx, r)
	if err != nil {
		return err
	}
	action := Triage(t.policy, s, &r.d, said)
	if action == Silence {
		return t.keep(ctx, r)
	}
	_, err = t.pronounce(ctx, r, action, earlier)
	return err
}

// secrets are those of a whole file, each where it stands first.
func secrets(all []scan.Secret) []knowledge.Redaction {
	var out []knowledge.Redaction
	for _, s := range all {
		out = append(out, knowledge.Redaction{Kind: s.Kind, Placeholder: "‹" + s.Kind + "›", Line: s.Line, Revoke: s.Revoke, Mark: s.Mark})
	}
	return out
}

// progress is the reply that says that the file is read, or nil.
func (t *turn) progress(ctx context.Context, caseID string) (*storage.Outgoing, error) {
	if caseID == "" {
		return nil, nil
	}
	all, err := t.desk.store.Replies(ctx, t.tenant, caseID)
	if err != nil {
		return nil, fmt.Errorf("replies of a case: %w", err)
	}
	for i := range all {
		o := &all[i]
		// The case of a command is its own, whatever message it was given on.
		if t.m.Kind != bot.Commanded && o.Message != t.m.Key || o.State == storage.Failed {
			continue
		}
		// A private reply can be sent once only, and not changed after that.
		if !o.Private || o.State == storage.Pending && o.Attempts == 0 {
			return o, nil
		}
	}
	return nil, nil
}

// fileFailed says why a file is not read: to whoever asked in the place of the
// progress, else by nothing but a mark that it was seen.
func (t *turn) fileFailed(asked bool, earlier *storage.Outgoing, why string) error {
	r := bot.Reply{Headline: say.fileUnread, Tone: bot.Sorry, Sections: []bot.Section{{Prose: why}, {Prose: say.fileHint}}}
	spoken := t.mem.Message != nil && t.mem.Message.Spoken
	switch {
	case !asked && !spoken: // it is no report by its looks
		t.decide(silent)
		_, err := t.say(bot.Reply{Mark: bot.Unread}, "")
		return err
	case earlier != nil:
		t.decide(replied)
		return t.replace(earlier, r)
	}
	t.decide(replied)
	caseID := ""
	if t.mem.Case != nil {
		caseID = t.mem.Case.ID
	}
	_, err := t.sayOrTell(r, caseID)
	return err
}
