package handlers

import (
	"context"
	"strings"

	"authfix/knowledge"
	"authfix/storage"
)

// The commands that are about the case at hand do what its choices do.

// theCase is the case that a command is about: that of the thread or of the
// direct conversation, else the newest one that its author brought.
func (t *turn) theCase(ctx context.Context) (*storage.Case, error) {
	if t.mem.Case != nil {
		return t.mem.Case, nil
	}
	all, err := t.desk.store.Recent(ctx, t.tenant, t.m.Author.ID, 1)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, &UserError{Message: say.noCase, Hint: say.noCaseHint}
	}
	mem, err := t.desk.store.Recall(ctx, storage.Query{Tenant: t.tenant, Case: all[0].ID})
	if err != nil {
		return nil, err
	}
	t.mem.Case, t.mem.Observations = mem.Case, mem.Observations
	if mem.Case == nil {
		return nil, &UserError{Message: say.noCase, Hint: say.noCaseHint}
	}
	return mem.Case, nil
}

// press does what a choice of the case at hand does.
func (t *turn) pressed(ctx context.Context, p press) error {
	c, err := t.theCase(ctx)
	if err != nil {
		return err
	}
	p.Case = c.ID
	return t.pressCase(ctx, c, p)
}

func (t *turn) shareCommand(ctx context.Context, _ string) error {
	return t.pressed(ctx, press{Choice: pressShare})
}

func (t *turn) resolveCommand(ctx context.Context, _ string) error {
	return t.pressed(ctx, press{Choice: pressResolve})
}

func (t *turn) escalateCommand(ctx context.Context, _ string) error {
	return t.pressed(ctx, press{Choice: pressEscalate})
}

func (t *turn) feedbackCommand(ctx context.Context, args string) error {
	votes := map[string]string{"helped": pressHelped, "unhelped": pressUnhelped, "did not help": pressUnhelped, "not helped": pressUnhelped, "wrong": pressWrong}
	choice, ok := votes[strings.Join(strings.Fields(strings.ToLower(args)), " ")]
	if !ok {
		return &UserError{Message: "That is no feedback that I know.", Hint: "Say feedback helped, feedback unhelped or feedback wrong."}
	}
	return t.pressed(ctx, press{Choice: choice})
}

// answerCommand takes QUESTION=VALUE, or a value or pasted output that answers
// the question of the case at hand.
func (t *turn) answerCommand(ctx context.Context, args string) error {
	c, err := t.theCase(ctx)
	if err != nil {
		return err
	}
	fact, value, ok := strings.Cut(args, "=")
	fact = strings.TrimSpace(fact)
	if _, is := t.base.Question(fact); !ok || !is {
		r, err := t.recallDiagnosis(c, press{})
		if err != nil {
			return t.lost()
		}
		if r.d.Question == nil {
			return &UserError{Message: "No question is open.", Hint: "answer QUESTION=VALUE answers one by name."}
		}
		fact, value = r.d.Question.ID, args
	}
	q, _ := t.base.Question(fact)
	if !q.Takes(value) {
		var known []string
		for _, o := range q.Choices {
			known = append(known, o.Value)
		}
		return &UserError{Message: "That does not answer " + fact + ".", Hint: "It takes " + strings.Join(known, ", ") + ", or the pasted output of the query."}
	}
	return t.pressCase(ctx, c, press{Case: c.ID, Choice: pressAnswer, Fact: fact, Value: value})
}

// settled is the value that a question read from an answer, which may be pasted
// output.
func settled(d *knowledge.Diagnosis, fact, value string) string {
	for _, f := range d.Facts {
		if f.Name == fact && f.Line == 0 {
			return string(f.Value)
		}
	}
	return value
}
