package terminal

import (
	"authfix/knowledge"
	"authfix/knowledge/redact"
)

// canonical are the diagnoses that every rendering must draw, by name. They are
// written out, so that a change of the knowledge base changes no golden file.
func canonical() map[string]knowledge.Diagnosis {
	org := redact.Text("harbour")
	dvcs := knowledge.Candidate{
		ID: "jira-dvcs-example", Title: "Jira's account was connected with a token that dies after 8 hours", Verdict: knowledge.Certain, Version: 2,
		Severity: knowledge.High, Systems: []string{"Jira Data Center", "GitHub"}, Role: knowledge.AnswerRole,
		Evidence: []knowledge.Evidence{
			{Line: 1, Start: 10, End: 27, Text: "GithubClientWithTimeout", Around: "…WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/harbour] response code: 401, errors:"},
			{Line: 1, Start: 40, End: 58, Text: "GET /users/harbour", Around: "…WARN ServiceRunner"},
			{Line: 12, Start: 0, End: 6, Text: "Bad cr", Around: "Bad credentials (401) 認証に失敗しました。トークンの有効期限が切れています。管理者に連絡してください。"},
			{Source: "answer", Text: "token.kind = ghu"},
		},
		Cause: "The account was added through a GitHub App instead of an OAuth app, so GitHub gave a token (ghu_) that the connector cannot refresh.",
		Causes: []knowledge.ShownCause{
			{Text: "Jira holds a ghu_ token for this account. It came from a GitHub App and expires after 8 hours.", Established: true},
			{Text: "The token was revoked, or the person who connected the account left."},
		},
		Effect: "Commits and branches stop arriving.",
		Checks: []knowledge.ShownCheck{
			{Text: "Which kind of token does Jira hold?", Language: knowledge.SQL, Reads: "ghu_ confirms it · gho_ rules it out",
				Parameters: []knowledge.ShownParameter{{Name: "org", Value: &org, Line: 1}},
				Queries: []knowledge.Query{
					{Dialect: "postgres", Query: "SELECT om.\"NAME\", substr(om.\"ACCESS_TOKEN\", 1, 4) AS token_kind, om.\"LAST_SYNC\", om.\"CREATED\"\n  FROM \"AO_EXAMPLE\" om WHERE om.\"NAME\" = 'harbour';\n"},
					{Dialect: "mysql", Query: "SELECT om.`NAME` FROM `AO_EXAMPLE` om WHERE om.`NAME` = 'harbour';\n"},
				}},
			{Text: "Which time does the server believe in?", Language: knowledge.Shell, Parameters: []knowledge.ShownParameter{{Name: "host", How: "The host of the link."}}},
			{Text: "When did it fail?", Language: knowledge.NoLanguage, Reads: "Every 8 hours confirms it"},
		},
		Remedies: []knowledge.ShownRemedy{
			{Kind: knowledge.Fix, Steps: []string{"Register an OAuth app at GitHub (not a GitHub App).", "Connect the account again.", "Run the statement again."}},
			{Kind: knowledge.Workaround, Steps: []string{"Reset the OAuth settings."}},
			{Kind: knowledge.Fix, Steps: []string{"Use a personal token."}},
			{Kind: knowledge.Escalation, Steps: []string{"Hand it to GitHub.", "Tell them the hour."}},
		},
		Prevention: []string{"Connect with an OAuth app from the start."},
		References: []knowledge.ShownReference{
			{Title: "Vendor: the article [A]", URL: "https://support.example.com/jira/kb/an-article-with-quite-a-long-name-about-this-failure", Read: "2026-11-22"},
			{Title: "RFC 5849", URL: "https://www.rfc-editor.org/rfc/rfc5849", Read: "2026-11-22"},
		},
	}
	clock := knowledge.Candidate{
		ID: "clock-example", Title: "The clocks do not agree", Verdict: knowledge.Likely, Version: 1, Systems: []string{"Jira"}, Role: knowledge.AnswerRole,
		Evidence: []knowledge.Evidence{{Line: 3, Text: "timestamp_refused", Around: "oauth_problem=timestamp_refused"}},
		Cause:    "One of the clocks is wrong.",
		Checks:   []knowledge.ShownCheck{{Text: "Compare them.", Language: knowledge.NoLanguage}},
		Remedies: []knowledge.ShownRemedy{{Kind: knowledge.Fix, Steps: []string{"Set the clock."}}},
	}
	or := knowledge.Candidate{ID: "generic-example", Title: "A provider refuses the timestamp", Verdict: knowledge.Unsure, Role: knowledge.AlternativeRole}
	follows := knowledge.Candidate{ID: "follow-example", Title: "The connector lost its access", Verdict: knowledge.Certain, Role: knowledge.ConsequenceRole, Of: "jira-dvcs-example"}
	guess := clock
	guess.Verdict, guess.Stance = knowledge.Unsure, knowledge.AskedAbout
	question := &knowledge.Asked{ID: "token.kind", Text: "What are the first four characters of the token?",
		Choices: []knowledge.Option{{Value: "ghu", Label: "ghu_ (GitHub App)"}, {Value: "gho", Label: "gho_ (OAuth app)"}}}
	skew := knowledge.Finding{Analyzer: "clock", Text: "the caller's clock is 6 m 41 s behind", Line: 2}
	return map[string]knowledge.Diagnosis{
		"certain": {Verdict: knowledge.Certain, Candidates: []knowledge.Candidate{dvcs}, Question: question},
		"several": {Verdict: knowledge.Certain, Candidates: []knowledge.Candidate{dvcs, clock, follows, or}, Findings: []knowledge.Finding{skew}},
		"likely": {Verdict: knowledge.Likely, Candidates: []knowledge.Candidate{clock, or}, Findings: []knowledge.Finding{skew},
			Missing: &knowledge.Missing{Fact: "clock.skew", How: "Paste the whole answer\nwith oauth_acceptable_timestamps."}},
		"unsure": {Verdict: knowledge.Unsure, Candidates: []knowledge.Candidate{guess, or, or, or, or}, Question: question},
		"unknown": {Verdict: knowledge.Unknown, Candidates: []knowledge.Candidate{}, Nearest: []knowledge.Nearest{{ID: "clock-example", Title: "The clocks do not agree"}},
			Missing: &knowledge.Missing{Fact: "error", How: "Paste the exact error text."}, Notes: []string{"the text was cut at 4 MiB"}},
		"leak": {Verdict: knowledge.Likely, Candidates: []knowledge.Candidate{clock}, Redactions: []knowledge.Redaction{
			{Kind: "github-user-token", Placeholder: "‹github-user-token#1›", Line: 4, Revoke: "Delete it at https://github.com/settings/tokens."},
			{Kind: "github-user-token", Placeholder: "‹github-user-token#1›", Line: 9, Revoke: "Delete it at https://github.com/settings/tokens."},
			{Kind: "email", Placeholder: "‹email#1›", Line: 5},
		}},
	}
}
