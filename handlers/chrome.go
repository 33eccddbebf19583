package handlers

// chrome is everything that the desk says of its own accord. What a failure
// mode says comes from the knowledge base; another language is another value.
type chrome struct {
	// Labels of sections and choices.
	seen, found, cause, check, first, also, maybe, question, next, earlier, nearest, more         string
	helped, unhelped, wrong, moreChoice, query, share, resolve, escalate, helpChoice, modesChoice string
	now, fix, handTo, effect, prevent, sources, otherwise                                         string

	unsureHeadline, unknownHeadline, unknownHint, stance string
	withdrawn, deleted, unreadable                       string
	nothingNew, nothingNewHint                           string
	tooMuch, tooMuchHint                                 string
	gone, goneHint                                       string
	unknownPress                                         string
	thanks, changedVote, noQuery                         string
	resolved, alreadyResolved, shared, alreadyShared     string
	escalated, alreadyEscalated                          string
	noTarget, noTargetHint, escalation, facts, thread    string
	notAdmin, notAdminHint                               string
	noCase, noCaseHint                                   string
	lastSeen, lastResolved                               string
	secret, leaked, leakedHint                           string
	reading, filesLeft, fileGone, fileUnread, fileHint   string
	formTitle, formLabel, formHint                       string
	homeHeadline, homeRecent, homeNone, homeKnows        string
	homeChannels, homeNoChannels, homeOn, homeOff        string
	statsChoice                                          string
	homeUse                                              []string

	// What the lookups say.
	topics, topicsHint, noTopic, thereIs, perProduct      string
	warning, log, tomcat, steps, note, see                string
	noLogs, logsHeadline, logsHint                        string
	noMode, otherSystems, didYouMean, searchHint          string
	noWords, nothingFound, searchExample                  string
	foundHeadline, showHint                               string
	needs, versions, formerly, fromPaste                  string
	helpHeadline, helpHint, noCommand, usage, partlyAdmin string

	// What the settings say.
	triageDirect, triageDirectHint                       string
	switchAlone, noValue, noSetting, settingForms, write string
	triageIsOn, triageIsOff, triageIsQuiet, sameAsBefore string
	policyOn, policyIsOn, policyIsOff                    string
	saysCertain, saysLikely, botsRead, botsIgnored       string
	quietNever, toNobody, excerptsKept, excerptsDropped  string
	lacks, lacksLabel, revokeAt                          string
	marksShown, marksHidden                              string
	formTriage, formStatus, formForgetThis, formForgetMe string
	formForgetMessage, formForgetPerson                  string
	formWeek, formMonth                                  string

	wrongThreshold, wrongSwitch, noTargets, wrongTarget, tooManyTargets string
	wrongHours, wrongTime, emptyHours, noZone, wrongZone                string

	surge, surgeCount, usually, hoursBefore, daysBefore, notSeenBefore, newHere string // of the notice of a surge

	// What forgetting says.
	forgetWhat, forgetForms, noPerson, nothingStored, notYours, notYoursHint string
	forgotMessage, forgotPerson, forgotYou                                   string

	// What the figures say.
	statsWeek, statsMonth, weekBefore, monthBefore  string
	noSpan, noSpanHint, noCases, noCasesBut         string
	cases, knownCases, unknownCases, escalatedCases string
	timeToAnswer, mostFrequent, andMore             string
	modeHelped, modeWrong, modeResolved             string
}

// say is the English chrome.
var say = chrome{
	seen: "Seen", found: "Found", cause: "Cause", check: "Check", first: "First", also: "Also", maybe: "It may be", question: "Question",
	next: "Next", earlier: "Before", nearest: "Closest", more: "More",
	helped: "Helped", unhelped: "Did not help", wrong: "Wrong", moreChoice: "More", query: "Copy query", share: "Share in channel",
	resolve: "Resolved", escalate: "Escalate", helpChoice: "Help", modesChoice: "Failure modes",
	now: "Now", fix: "Fix", handTo: "Hand it to", effect: "Effect", prevent: "Prevent", sources: "Sources", otherwise: "Or",

	unsureHeadline:   "I am not sure yet",
	unknownHeadline:  "I don't recognise this",
	unknownHint:      "Nothing in it is a failure that I know.",
	stance:           "It reads as %s, not as a failure that is happening: take this with care.",
	withdrawn:        "Withdrawn after the edit: what the message says now is nothing that I recognise.",
	deleted:          "Withdrawn: the message that this answered was deleted.",
	unreadable:       "I cannot read that.",
	nothingNew:       "Nothing in that changes the answer above.",
	nothingNewHint:   "Paste log lines, the HTTP exchange or the output of the query, and I look again.",
	tooMuch:          "That is more than I take at once.",
	tooMuchHint:      "Wait a minute, then ask again. Several lines go into one message.",
	gone:             "This is from an earlier version, paste it again.",
	goneHint:         "What it was about is no longer kept.",
	unknownPress:     "I no longer know this button.",
	thanks:           "Noted, thank you.",
	changedVote:      "Noted. It replaces what you said before.",
	noQuery:          "There is no query to copy: what it needs was not in the text.",
	resolved:         "Marked as resolved.",
	alreadyResolved:  "This is resolved already.",
	shared:           "Shared in the channel.",
	escalated:        "Handed on.",
	alreadyEscalated: "This was handed on already.",
	noTarget:         "Nobody is named here to hand this to.",
	noTargetHint:     "An administrator names them: triage escalate @person or #channel.",
	escalation:       "For you: ",
	facts:            "Facts",
	thread:           "The thread",
	notAdmin:         "Only an administrator can do that.",
	notAdminHint:     "Ask an administrator of this workspace, or one of AUTHFIX_ADMINS.",
	noCase:           "There is no case to do that with.",
	noCaseHint:       "Do it in the thread of an answer, or after asking something.",
	lastSeen:         "last seen here",
	lastResolved:     "last resolved here",
	secret:           "Secrets to make worthless",
	leaked:           "Your message held a secret that still works for whoever copies it.",
	leakedHint:       "Make it worthless now; deleting the message is not enough.",
	reading:          "Reading %s …",
	filesLeft:        "%d more files are left out: send them in another message.",
	fileGone:         "It is no longer there.",
	fileUnread:       "I cannot read that file.",
	fileHint:         "Paste the error as text, or attach a log file: .log, .txt, .json, .gz or .zip.",
	homeHeadline:     "Paste an error, and I say what it means",
	homeRecent:       "Your cases",
	homeNone:         "None yet.",
	homeKnows:        "%d failure modes are known",
	homeChannels:     "Channels",
	homeOn:           "Triage is on in",
	homeOff:          "Triage is off in",
	homeNoChannels:   "Triage was set in no channel: triage on, said there, makes me read it.",
	statsChoice:      "Figures",
	homeUse: []string{
		"Write to me, mention me in a thread, or use the command with the error behind it; alone it opens a form.",
		"On somebody's message, choose Diagnose this.",
		"Answer my question with a button, or paste what the query printed. Secrets are removed before anything is kept.",
	},
	formTitle: "Diagnose an error",
	formLabel: "The error",
	formHint:  "Log lines, the HTTP exchange, what you saw. Secrets are removed before anything is kept.",

	topics: "What I can explain", topicsHint: "explain NAME explains one.", noTopic: "Nothing is explained under that name.",
	thereIs: "There is: %s.", perProduct: "%s: explain %s %s, for example.",
	warning: "Warning", log: "Log", tomcat: "Tomcat", steps: "Steps", note: "Note", see: "See",
	noLogs: "I know no log locations of that product.", logsHeadline: "Where the logs are", logsHint: "logs PRODUCT says more: also the web server's log.",
	otherSystems: "Others", noMode: "No failure mode has that id.", didYouMean: "Did you mean show %s?",
	searchHint: "search WORDS finds failure modes by what is written in them.",
	noWords:    "There are no words to search for.", nothingFound: "No failure mode holds these words.",
	searchExample: "Try a product, an error code or a word of the message: search jira timestamp refused.",
	foundHeadline: "Failure modes that fit", showHint: "show ID shows one whole: show %s.",
	needs: "Needs", versions: "Versions", formerly: "Formerly", fromPaste: "from the text that is pasted",
	helpHeadline: "Paste an error, and I say what it means", helpHint: "help NAME shows one command.",
	noCommand: "There is no such command.", usage: "Usage", partlyAdmin: "Some of it is for administrators alone.",

	triageDirect: "Triage is for channels: here I answer everything anyway.", triageDirectHint: "Say it in the channel that it is for.",
	switchAlone: "Behind %s nothing follows.", noValue: "The value of %s is missing.", write: "Write %s.",
	noSetting: "Triage has no such setting.", settingForms: "There is on, off, status, threshold, bots, quiet, escalate, marks and excerpts: help triage shows their forms.",
	triageIsOn: "Triage is on here", triageIsOff: "Triage is off here", triageIsQuiet: "Triage is on here, and it is quiet hours", sameAsBefore: "It is set so already",
	policyOn: "triage", policyIsOn: "messages are read and answered unasked", policyIsOff: "only who asks is answered",
	saysCertain: "certain: nothing less is said unasked", saysLikely: "likely: what is likely or certain is said unasked",
	botsRead: "on: other programs' messages are read as people's", botsIgnored: "off: other programs' messages are ignored",
	quietNever: "off: no quiet hours", toNobody: "off: cases go to nobody",
	lacks: "I hear less than I should", lacksLabel: "Missing", revokeAt: "Revoke at",
	marksShown: "on: a reaction on the message shows how its case stands", marksHidden: "off: no reactions show how cases stand",
	excerptsKept: "on: redacted excerpts of what I do not recognise are kept", excerptsDropped: "off: no excerpts of what I do not recognise are kept",
	formTriage: "read this channel unasked, or not", formStatus: "how this channel is set",
	formForgetThis: "the message that this thread is about", formForgetMe: "everything that is stored of you",
	formForgetMessage: "a message of this channel, by its key", formForgetPerson: "everything that is stored of a person; for administrators",
	formWeek: "the last 7 days and the 7 before", formMonth: "the last 30 days and the 30 before",
	wrongThreshold: "The threshold is likely or certain.",
	wrongSwitch:    "That is neither on nor off.",
	wrongHours:     "These are no quiet hours.",
	wrongTime:      "There is no such time of day: it goes from 00:00 to 23:59.",
	emptyHours:     "The quiet hours begin when they end.",
	noZone:         "The time zone is missing.",
	wrongZone:      "There is no such time zone.",
	noTargets:      "Nobody is named.",
	wrongTarget:    "Number %d of these is neither a person nor a channel: mention them, or write person:ID or channel:ID.",
	tooManyTargets: "These are too many: at most %d people and channels.",

	surge: "Surge: ", surgeCount: "%d times since %s.", usually: "Usually it comes %.0f times an hour.",
	hoursBefore: "In the %d hours before it came %s.", daysBefore: "In the %d days before it came %s.",
	notSeenBefore: "It was not seen before.", newHere: "It is new here.",

	forgetWhat: "What is to be forgotten?", forgetForms: "Write forget this in the thread of a message, forget me, forget message KEY or forget person ID.",
	noPerson: "That is no person.", nothingStored: "Nothing is stored of that message.",
	notYours: "Only its author or an administrator can have that forgotten.", notYoursHint: "forget me deletes what is stored of you.",
	forgotMessage: "Forgotten: nothing of that message is stored any more.", forgotPerson: "Forgotten: nothing of that person is stored any more.",
	forgotYou: "Forgotten: nothing of you is stored any more.",

	statsWeek: "The last 7 days", statsMonth: "The last 30 days", weekBefore: "the week before", monthBefore: "the 30 days before",
	noSpan: "There are figures of the week and of the month.", noSpanHint: "stats or stats month.",
	noCases: "No cases.", noCasesBut: "No cases (%d %s).",
	cases: "Cases", knownCases: "Recognised", unknownCases: "Not recognised", escalatedCases: "Escalated",
	timeToAnswer: "Median time to answer", mostFrequent: "Most frequent", andMore: "And %d others.",
	modeHelped: "helped", modeWrong: "wrong", modeResolved: "resolved",
}
