package knowledge

import (
	"strings"
	"sync"

	"authfix/knowledge/match"
)

// A sign is what a turn of phrase says about how the text around it stands.
type sign int

const (
	solvedSign    sign = iota // it is over
	calmSign                  // it may be over
	unsolvedSign              // it is not, or it is back
	normalSign                // as it should be
	docSign                   // documentation, a change to a program, teaching
	adviceSign                // advice, an example
	wishSign                  // a wish, a plan, a rule to be set up
	askSign                   // a question about the error in general
	reportSign                // somebody has it
	testSign                  // a test's output or source
	codeSign                  // program text
	queryS                    // a search for the error: grep, a log query, an alert rule
	recoveredSign             // the line itself tells that it went well in the end
	sourceSign                // the paste as a whole is a program, a patch or a configuration of rules
	signs
)

// stancePatterns is one compiled part of the table.
type stancePatterns struct {
	patterns *match.Set
	signs    []sign // of each pattern
}

// The two parts, compiled when the first candidate is judged: what prose says,
// and what shows on any line.
var (
	proseSigns = sync.OnceValue(func() *stancePatterns { return compileSigns(solvedSign, testSign) })
	lineSigns  = sync.OnceValue(func() *stancePatterns { return compileSigns(testSign, signs) })
)

func compileSigns(from, to sign) *stancePatterns {
	s := &stancePatterns{}
	var all []match.Pattern
	for n := from; n < to; n++ {
		for _, phrase := range signPhrases[n] {
			all = append(all, match.Pattern{Regexp: unaccented.Replace(phrase), Exact: true})
			s.signs = append(s.signs, n)
		}
	}
	set, err := match.Compile(all)
	if err != nil {
		panic("knowledge: stance phrases: " + err.Error())
	}
	s.patterns = set
	return s
}

// unaccented takes the accents off Latin letters, in the phrases and in the
// text: people leave them out, and RE2's word boundary knows only ASCII.
var unaccented = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "ç", "c", "ć", "c", "č", "c",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "ę", "e", "ì", "i", "í", "i", "î", "i", "ï", "i", "ł", "l", "ñ", "n", "ń", "n", "ò", "o", "ó", "o",
	"ô", "o", "õ", "o", "ö", "o", "ø", "o", "ś", "s", "š", "s", "ß", "ss", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ý", "y", "ź", "z", "ż", "z", "ž", "z", "ğ", "g", "ı", "i", "ş", "s", "ő", "o", "ű", "u", "ě", "e", "ř", "r", "ů", "u", "ť", "t", "ď", "d", "ň", "n", "ă", "a", "ț", "t", "ș", "s", "i̇", "i")

// signPhrases are regexps over a lower-case line, by sign and language: English,
// German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian,
// Japanese, Chinese, Korean. They speak of the text, never of a product or a
// failure.
var signPhrases = [signs][]string{
	solvedSign: {
		`^\W*(?:ist |c.est |es |e |is |it.s |update:? |edit:? )?(?:gelost|behoben|erledigt|resolu|regle|corrige|resuelto|solucionado|arreglado|resolvido|corrigido|risolto|opgelost|verholpen|rozwiazane|naprawione|solved|fixed|resolved)\b`, `\b(?:gelost|behoben|erledigt|resolu|resuelto|solucionado|resolvido|risolto|opgelost|rozwiazane|solved|fixed|resolved)\b.{0,60}\b(?:danke|merci|gracias|obrigad\w|grazie|bedankt|dzieki|dziekuje|thanks|thank you|thx)\b`, `\b(?:danke|merci|gracias|obrigad\w|grazie|bedankt|dzieki|dziekuje|thanks|thank you|thx)\b.{0,60}\b(?:gelost|behoben|erledigt|resolu|resuelto|solucionado|resolvido|risolto|opgelost|rozwiazane|solved|fixed|resolved)\b`,
		`^\W*(?:encerrad|cerrad|chius|ferme|geschlossen|gesloten|zamkniet|uzavren|lukket|stangt)\w*\b\W`, `\bdesde entao\b`, `\bdesde entonces\b.{0,60}\b(?:nada|ningun|bien|limpio|vacia?)\b`, `\bdepuis lors\b`,
		`^\W*l[oø]st\b`, `\bratkaistu\b`, `\bkapat(?:mis)?tik\b`, `\b(?:was|were|got|been) closed\b`, `\bfor the archives?\b`, `\bmarking as (?:answered|solved|resolved|fixed|done)\b`, `\bgot rid of\b`, `\b(?:incident|outage|problem) (?:is )?over\b`, `\baucune action restante\b`, `\bno (?:further )?action (?:needed|required|remaining)\b`,
		`вопрос (?:решен|решён|закрыт)`, `(?:проблема|тикет|заявка|инцидент) (?:решен|решён|закрыт)`, `\b(?:lost|loest) sig\b`, `\bcozul(?:du|mus)`, `\bdiselesaikan\b`, `\bvyresen`, `\bmegoldva\b`, `\brezolvat\b`, `\bproblem (?:sig )?lost\b`, `\bis het (?:nu )?(?:weg|opgelost)`, `теперь (?:пусто|чисто|работает|все хорошо|всё хорошо)`,
		`\b(?:since|after)\b.{3,100}\b(?:no more|not one|never again)\b`, `\b(?:errors?|401s?|403s?|messages?|problems?|failures?|warnings?|it|they|that) (?:is|are|has|have|had)? ?(?:now |finally |all |been )*(?:gone|stopped|disappeared|vanished)\b`, `\bseit(?:dem)?\b.{3,100}\b(?:ruhe|kein(?:e|en)? einzige)`, `\b(?:fehler|meldung|401er?|problem) (?:ist|sind|war) (?:jetzt |nun |damit |wieder )?(?:weg|verschwunden|behoben)\b`,
		`\b(?:not|never) (?:been |seen |had |got )*(?:a |one )?single\b`, `\bno more\b.{1,80}\b(?:since|after|now|these days)\b`, `\b(?:case|topic|ticket|incident|matter) (?:is )?closed\b`, `\bclosing (?:as|out)\b`, `\b(?:it|that|this|which) (?:has )?(?:fixed|solved|resolved|cured|did the trick)\b`, `\bproblem solved\b`, `\b(?:the )?(?:customer|reporter|user) confirmed\b`, `\bresolution:\s`, `\bstatus:\s*(?:resolved|closed|done|fixed)\b`, `\bthema (?:erledigt|durch)\b`, `\bwieder (?:gruen|in ordnung|online|da und)\b`, `\bsujet clos\b`, `\bplus (?:aucune?|d.erreur|de) \b`, `\bdepuis,? plus (?:rien|aucun|d)\b`, `\b(?:tema|caso|asunto) cerrado\b`, `\bya no (?:aparece|sale|ocurre|pasa|da|falla)\b`, `\basunto resuelto\b`, `\b(?:assunto|caso|chamado) (?:encerrado|resolvido)\b`, `\bnao (?:aparece|ocorre|acontece|da) mais\b`, `\bcaso chiuso\b`, `\bnon (?:compare|succede|appare) piu\b`, `\b(?:temat|sprawa|zgloszenie) (?:zamkniet|zalatwion)`, `\bjuz nie (?:ma|wystepuje|pojawia)`, `\b(?:zaak|ticket) gesloten\b`, `закрываю`, `закрыт[аоы]?\b`, `пропал[аио]?`, `больше не (?:появля|возника|повторя|воспроизвод)`, `ни одного (?:повтора|раза|случая)`, `исправил`, `устранен`, `устранён`, `восстановлен`, `クローズ`, `解消(?:しました|した|済)`, `収まりました`, `出なくなり`, `再発(?:なし|していません|はありません)`, `正常に(?:動作|戻り)`, `もう出ません`, `不再(?:出现|报错|有)`, `没有再(?:出现|报)`, `再也没`, `问题(?:已|就)?消失`, `结案`, `关单`, `更沒有`, `더 이상 (?:발생|나오|보이)`, `사라졌`, `종료합니다`, `정상(?:화|으로 돌아)`, `\bcozuldu\b`, `\bduzeldi\b`, `\bkapatiyorum\b`, `\bartik (?:gorulmuyor|cikmiyor|olmuyor)\b`, `\bselesai\b`, `\bvyreseno\b`, `\blost sig\b`,
		`^\W{0,6}(?:re)?solved\b`, `^\W{0,6}fixed\b`, `^\W{0,6}closing\b`, `^\W{0,6}(?:update|edit)\W{1,4}(?:it |now |all |this )*(?:is |was )?(?:re)?(?:solved|fixed|works|working)`,

		`\bclos(?:e|ing|ed) (?:the |this |my |our )?(?:ticket|issue|case|thread|incident)\b`,

		`\b(?:gone|stopped|disappeared|vanished|went away|no more) (?:after|since|once|when|as soon as|ever since|as of)\b`, `\bgone since\b`, `\b(?:is|are) gone\b`,
		`\bfor (?:the record|posterity|future reference|anyone (?:else|who|finding|hitting|with the))\b`, `\bin case (?:someone|anyone|somebody|anybody)\b`,
		`\bthat (?:was it|did it|fixed it|solved it|helped)\b`,
		`\bpost-?mortem\b`, `\bincident (?:review|report)\b`, `\blessons? learned\b`, `\b(?:works|working|solved|fixed|resolved)\b.{0,40}\bthank`,
		// de
		`\bläuft (?:jetzt )?wieder\b`, `\bgeht (?:jetzt )?wieder\b`, `\bfunktioniert (?:jetzt|wieder|nun)\b`, `\bticket (?:kann )?(?:zu|geschlossen)\b`, `\bhat sich erledigt\b`, `\bwar (?:nur )?(?:die|der|das) ursache\b`,
		// fr
		`\bça (?:re)?marche\b`, `\bfonctionne (?:à nouveau|maintenant|de nouveau)\b`, `\b(?:je )?(?:clos|clôture|ferme) (?:le|ce) ticket\b`, `\bticket (?:clos|fermé)\b`,
		// es, pt
		`\bya funciona\b`, `\bfunciona (?:de nuevo|otra vez|ahora)\b`, `\bcerr(?:amos|ado|ar|o) (?:el|este) (?:ticket|caso)\b`,
		`\b(?:já|agora) (?:está )?funciona`, `\bvoltou a funcionar\b`, `\bfech(?:ando|ado|ei|ar) o (?:ticket|chamado|caso)\b`, `\bchamado (?:encerrado|fechado)\b`,
		// it, nl, pl
		`\bsistemat[oa]\b`, `\b(?:ora|adesso) funziona\b`, `\bfunziona di nuovo\b`, `\bchiud(?:o|iamo) (?:il|questo) ticket\b`,
		`\bverholpen\b`, `\bwerkt (?:nu )?weer\b`, `działa (?:już|ponownie|znowu)`, `zamykam (?:zgłoszenie|ticket)`,
		// ru
		`решено`, `исправлено`, `решили проблем`, `проблема решена`, `починил`, `заработало`, `снова работает`, `закрываю (?:тикет|заявку)`, `раньше (?:была|получали|видели)`,
		// ja, zh, ko
		`解決しました`, `解決済`, `復旧しました`, `クローズします`, `已解决`, `已經解決`, `搞定`, `已修复`, `恢复正常`, `关闭工单`, `해결되었`, `해결됐`, `해결했`, `해결 완료`, `복구되었`, `복구됐`,
	},
	calmSign: {
		`\b(?:is|was|are|were|got|been|be|now|it's|finally|already|been|all) (?:re)?solved\b`, `\b(?:is|was|got|been|now|it's|finally|already) fixed\b`, `\b(?:fixed|solved|resolved|cured) (?:it |this |that |the problem |the issue )?(?:by|with|after|via|it)\b`, `直りました`, `治りました`, `\bduplicate of\b`, `\b(?:we|i) (?:fixed|solved|resolved) (?:it|this|that|the)\b`, `\bgelöst\b`, `\bbehoben\b`, `\berledigt\b`, `\brésolue?s?\b`, `\bréglée?s?\b`, `\bcorrigée?s?\b`, `\bresuelt[oa]s?\b`, `\bsolucionad[oa]s?\b`, `\barreglad[oa]s?\b`, `\bresolvid[oa]s?\b`, `\bcorrigid[oa]s?\b`, `\brisolt[oa]\b`, `\bopgelost\b`, `\bverholpen\b`, `\brozwiązan`, `\bnaprawion`, `解決した`, `解决了`, `解決了`, `修复了`, `\bwe had (?:that|this|the same|it)\b.{0,80}\b(?:last|ago|before|back)\b`, `\bno longer (?:occurs?|happens?|appears?|see|get|shows?)\b`, `\bused to (?:get|see|have|be|fail|show)\b`,
		`\barchived?\b`, `^\W*(?:fix|correctif|solucion|solucao|soluzione|losung|behebung|решение|対応|対策|解决(?:方法|方案)?|조치|oplossing|rozwiazanie|mitigation)\s*[:：]\s*\S`, `\bit was (?:the|a|an|our|just|only|simply)\b`,
		`\b(?:restored|recovered|mitigated|remediated|back online|back to normal|back up|green again|all green|all clear)\b`, `\b(?:c.est|tout est) (?:bon|rentre dans l.ordre|ok)\b`, `\b(?:worked|works) (?:after|once|as soon as|since)\b`, `\blast (?:seen|occurrence|occurred)\b`, `\bquiet since\b`, `\bmarking (?:as|this)\b`, `\b(?:works|working|worked|runs|ran) (?:again|now|fine now|fine again|like a charm)\b`, `\b(?:everything|all) (?:works|is fine|is back to normal|good now)\b`, `\bthanks?\b.{0,40}\b(?:works|working|solved|fixed|resolved)\b`, `\b(?:nu|sindsdien) (?:geen|niet meer)\b`, `\bspokoj\b`, `\bno (?:further )?(?:repeats?|recurrences?|occurrences?)\b`, `\bfrüher (?:hatten|bekamen|kam)\b`, `\bturned out\b.{0,60}\b(?:was|were|had)\b`, `\b(?:the )?(?:fix|solution|root cause|culprit) was\b`,
	},
	unsolvedSign: {
		`\bdifferent (?:thing|problem|error|issue)\b`, `\bnew one\b`, `\bin exchange\b`, `\bthis time\b`, `\b(?:there is|there.s|we have|i have) (?:now )?a new\b`, `\bbut now\b`, `\bnow (?:we|i|it|they) (?:get|see|have|says?|fails?)\b`, `\bjetzt (?:kommt|aber|erscheint)\b`, `\bmaintenant (?:on|j|c)`, `\bahora (?:sale|aparece|da)\b`, `\bagora (?:aparece|da|vem)\b`, `\badesso (?:compare|da)\b`, `теперь (?:другая|новая|вылез)`, `今度は`, `现在又`, `이번에는`, `\b(?:third|second|fourth|fifth) (?:time|night|day)\b`, `\bsame (?:message|error|two boxes)\b`, `\btrotzdem\b`, `\bquand meme\b`, `\baun asi\b`, `\bmesmo assim\b`, `\blo stesso\b`, `\bmimo to\b`, `\btoch\b`, `всё равно|все равно`, `それでも`, `可还是|但还是|但是还`, `그래도`, `\byet\b`,
		`\b(?:not|never|isn't|wasn't|hasn't been|cannot be|can't be|to be|un|yet to be|can(?: this)? be|could(?: this)? be|should be|must be|needs? to be|was supposed to be|how (?:was|is) (?:this|it)) ?(?:re)?(?:solved|fixed)\b`, `\b(?:un)(?:re)?solved\b`,
		`\bstill\b`, `\b(?:came|comes|is|are|was) back\b`, `\breappear`, `\b(?:error|fails?|failed|broken|back|401|403|it|same) (?:again|anew) (?:today|since|after|this|now|and again)\b`, `\b(?:happens|fails|failing|broken|broke|failed|shows up|appears|get(?:ting)? (?:it|this|them)) again\b`, `\bnot? (?:help|helped|work)\b`, `\b(?:didn't|doesn't|did not|does not|don't|won't) (?:help|work|fix|solve|change)\b`, `\bbut (?:now|today|then|it|the)\b.{0,60}\b(?:again|fails?|error|back|another|new|different|still)\b`, `\bany (?:idea|help|hint|suggestion)s?\b`, `\bhow (?:can|do|to|could|should)\b.{0,40}\b(?:fix|solve|resolve|repair)\b`, `\bpersist`,
		`\bnicht (?:gelöst|behoben|erledigt)\b`, `\bimmer noch\b`, `\bwieder da\b`, `\berneut\b`, `\btritt wieder\b`, `\bleider\b`, `\bhilft nicht\b`, `\bpas (?:encore )?(?:résolu|réglé|corrigé)`, `\btoujours\b`, `\bsigue\b`, `\btodavía\b`, `\botra vez\b.{0,30}\berror\b`, `\bno (?:está|se ha|quedó) (?:resuelto|solucionado)`, `\bainda\b`, `\bnão (?:foi|está) (?:resolvido|corrigido)`, `\bnon (?:è |ancora |è ancora )?risolto`, `\bancora\b`, `\bniet opgelost\b`, `\bnog steeds\b`, `\bnie (?:jest )?rozwiązan`, `\bnadal\b`, `\bwciąż\b`,
		`не решен`, `до сих пор`, `по-прежнему`, `опять`, `снова (?:ошибк|падает|появ)`, `まだ`, `再発`, `解決しません`, `解決できません`, `解決方法`, `解決していません`, `直りません`, `怎么解决`, `如何解决`, `没有解决`, `没解决`, `未解决`, `解决不了`, `又出现`, `仍然`, `依然`, `还是(?:报|出现|不行|一样|失败)`, `怎麼解決`, `해결되지`, `해결 방법`, `해결이 안`, `아직`, `여전히`, `다시 발생`, `어떻게 해결`,
	},
	normalSign: {
		`\bthe normal\b`, `\ball is well\b`, `\bjust (?:sharing|fyi|for information)\b`, `\bno (?:need to|reason to) worry\b`, `\bworking as\b`, `\bby design\b`, `\bhata degil\b`, `\bkein (?:fehler|problem)\b`, `\bpas (?:une erreur|un probleme)\b`, `\bno es (?:un )?(?:error|problema)\b`, `\bnao e (?:um )?(?:erro|problema)\b`, `\bnon e un (?:errore|problema)\b`, `不是(?:错误|问题)`, `問題ありません`, `文제 없`, `это не (?:ошибка|проблема)`,
		`\bas expected\b`, `\bnormal (?:on|at|for|when|behaviou?r)\b`, `\b(?:is|was|it's|that's|this is) normal\b`, `\bharmless\b`, `\b(?:can|may|could) (?:safely )?be ignored\b`, `\bnothing (?:is |else is )?(?:wrong|broken)\b`, `\b(?:provoked|simulated|dry run)\b`, `\bjust (?:clicked|confirmed|ignored) (?:it|ok)\b`, `\bno (?:action|impact) (?:is )?(?:needed|required)?\b`, `\bworks? as (?:designed|intended)\b`, `\bchallenge,? then (?:ok|200)\b`, `\b(?:all|everything) is (?:fine|good|ok|well)\b`,
		`\bwie erwartet\b`, `\bist normal\b`, `\bcomme prévu\b`, `\bc'est normal\b`, `\bes normal\b`, `\bcomo (?:esperado|se esperaba)\b`, `\bcome previsto\b`, `как и ожидалось`, `想定どおり`, `想定通り`, `问题ありません`, `符合预期`, `正常现象`,
	},
	docSign: {
		`\b(?:docs?|documentation|readme|manual|wiki|runbook|kb|article|faq)\b.{0,30}\b(?:request|proposal|update|entry|feedback|draft)\b`, `^\W*(?:readme|runbook|docs?|documentation|kb|wiki|manual|changelog|faq)\b\W{0,3}[:«"/-]`,
		`\bcompte rendu\b`, `\bincident n\b`, `\b(?:chapter|chapitre|kapitel|capitulo|capitolo|rozdzial|hoofdstuk) \d`, `\bdocs? interne`, `\b(?:docs|documentation) feedback\b`, `\bdead (?:anchor|link)\b`, `\briddle\b`, `\bque (?:responderia|diria|mostraria|pasaria|devolveria)\b`, `\bque (?:repondrait|dirait|afficherait|se passerait|renverrait)\b`, `\bcosa (?:risponderebbe|direbbe|succederebbe)\b`, `\bwas wuerde\b`, `\bwas wurde .{2,60} (?:antworten|sagen|melden|passieren)`, `\bwat zou\b`, `что (?:бы|будет,? если)`, `会(?:返回|报)什么`, `どう(?:なりますか|返しますか)`, `ревью`, `апрув`, `\bceviri`, `\bpreklad`, `\bok to merge\b`, `\brubocop\b`, `\bapprov(?:e|ed) (?:after|with)\b`,
		`草稿`, `审阅`, `\bacademic(?:ally)?\b`, `\bwouldn.t it\b`, `\bmusings?\b`, `\bthought experiment\b`, `\bstatya\b`, `\brevis(?:ao|ion|ione) final`, `\bproofread`, `\bdraft (?:for|of|article|page)\b`, `\breview (?:please|until|by)\b`,
		`\bretro(?:spective)?\b`, `\bwent (?:well|badly)\b`, `\b(?:meeting|sprint|standup|stand-up|release|handover|shift) (?:notes|minutes|summary|review|report)\b`, `\bsearch results?\b`, `\bpage \d+ of \d+\b`, `\bsteering committee\b`, `\bwould (?:\w+ )?(?:say|answer|return|log|print|show|read|reply|respond|report)\b`, `\bwhat (?:would|will|does|do|did|might) \w+(?: \w+)? (?:say|answer|return|log|print|show|reply|respond|throw|do)\b.{0,80}\b(?:if|when|for)\b`, `\b(?:note|reminder|advice|message) (?:to|for) (?:all|everyone|everybody|the team|anyone|self|those|people|developers|admins)\b`, `^\W*(?:if|when|whenever|should) (?:you|someone|anyone|a (?:user|customer|colleague)|people|users|customers|\w+!?) (?:ever |should |then )?(?:see|sees|get|gets|read|reads|hit|hits|tells?|says?|shows?|answers?|returns?|gives?|throws?|reports?|complains?|replies|meets?|encounters?)\b`, `\b(?:pinned|pin it|pin this)\b`, `\bnine times out of ten\b`, `\b(?:the )?mock (?:server |endpoint |api )?(?:returns?|answers?|sends?)\b`, `\be2e\b`, `\bobjections?\?`, `\banything to add\b`, `\b(?:jokes?|haiku|limerick|poem|t-?shirt|bingo|trivia)\b`, `\brfc \d{4}`, `\bacceptance criteria\b`, `\bgiven .{3,80} when .{3,80} then\b`, `\bsteps to reproduce\b.{0,4}$`, `\bissue template\b`, `\bpull ?request\b`, `\bcode review\b`, `\bdecompil`, `\bpodcast\b`, `\bconference\b`, `\bhomework\b`, `\bthesis\b`, `\btop (?:ten|five|\d+) (?:errors?|causes?|questions?)\b`, `\bper (?:month|quarter|week): `, `\bi18n\b`, `\bresource bundle\b`, `\bmessage key\b`, `\bfeature flag\b`, `\bhinweis an\b`, `\bzur (?:info|erinnerung|kenntnis)\b`, `\bhypothetisch\b`, `\bangenommen\b`, `\bhypothetiquement\b`, `\bhipoteticamente\b`, `\bipoteticamente\b`, `\bhipotetycznie\b`, `\b(?:ter info|herinnering|ter herinnering)\b`, `\bstel dat\b`, `совет\b`, `напоминани`, `на заметку`, `к сведению`, `гипотетически`, `豆知識`, `備忘`, `メモ[:：]`, `お知らせ`, `提醒(?:大家|一下|各位)`, `小贴士`, `备忘`, `참고로`, `\b(?:egitim|bilgi|hatirlatma) not`, `\bipucu\b`, `\bdiyelim ki\b`,
		`\b(?:add|update|write|extend|translate|review|proofread|improve) (?:the |our |a |this )?(?:docs?|documentation|readme|manual|wiki|runbook|article|faq|page|table|string|slide)`, `\bdocs request\b`, `\b(?:pull|merge) request\b`, `^\W{0,4}(?:pr|mr|rfc|adr)\b[\s:#!]`, `\b(?:pr|mr) (?:#?\d+|adds?|fixes|handles)\b`, `^\W{0,4}(?:feat|fix|chore|docs|test|refactor|perf|ci|build|style)(?:\([^)]{1,30}\))?!?: `, `\bchangelog\b`, `\brelease notes?\b`, `^\W{0,4}(?:patch|commit|proposal|idea|todo|fixme|note to self|draft|code review|question for the exam|quiz)\W{0,3}[: ]`, `\bfeature request\b`, `\bcommit (?:message|[0-9a-f]{7})`,
		`\b(?:(?:tomorrow.s|our|the|a|my|internal|next) (?:training|workshop|webinar|course)|training (?:slides?|sessions?|material|notes?)|presentation|slides?|lecture|tutorial|blog ?post|cheat ?sheet|glossary|quiz|exam|interview question|newsletter|demo script|playbook|postcard)\b`, `\b(?:translat(?:e|ion)|localis|localiz)`, `\bcode reading\b`, `\breviewer\b`, `\benum value\b`, `\berror (?:codes? )?(?:list|table|catalogue|reference)\b`, `\b(?:table|list|overview) of (?:all |the |known |possible |our )*(?:errors?|error codes|codes|messages|failure)`,
		`обучени`, `презентаци`, `перевод`, `список ошибок`, `研修`, `翻訳`, `エラー一覧`, `勉強会`, `培训`, `翻译`, `错误列表`, `错误码表`, `教程`, `교육`, `번역`, `오류 목록`,
	},
	adviceSign: {
		`\b(?:docs?|documentation|readme|manual|wiki|runbook|knowledge base|kb|article|faq)\b.{0,40}\b(?:says?|lists?|page|explains?|describes?|entry|article|table|section|text|states?|mentions?)\b`, `\b(?:schulung|folien?|vortrag|dokumentation|doku|handbuch|spickzettel|übersicht der fehler|fehlerliste|artikel|blogbeitrag|änderungsantrag|übersetz)`, `\b(?:formation|diapos?|documentation|tutoriel|liste des erreurs|article de blog)\b`, `\b(?:formación|capacitación|diapositivas?|documentación|tutorial|lista de errores)\b`, `\b(?:treinamento|documentação|lista de erros|palestra)\b`, `\b(?:documentazione|formazione|presentazione|elenco degli errori)\b`, `\b(?:documentatie|cursus|vertaling|foutenlijst)\b`, `\b(?:dokumentacj|szkoleni|tłumaczeni|lista błędów)`, `документаци`, `ドキュメント`, `資料`, `文档`, `文檔`, `문서`, `\bartigo\b`, `\barticulo\b`, `\barticolo\b`, `\bartykul\b`, `\bartikel\b`, `статья`, `статью`, `\bbase de (?:conhecimento|conocimientos?|connaissances)\b`, `\bbase di conoscenza\b`, `\bkennisbank\b`, `\bwissensdatenbank\b`, `\bbaz[ay] wiedzy\b`, `баз[аеуы] знаний`, `ナレッジ`, `知识库`, `지식 ?베이스`, `\bbilgi bankasi\b`, `\bim (?:handbuch|wiki|artikel|kurs)\b`, `\b(?:anleitung|mode d.emploi|instrucciones|instrucoes|istruzioni|instrukcj\w*|handleiding)\b`, `инструкци`, `\bspec(?:ification)? (?:says|defines|requires|calls)\b`, `\b(?:in|from) (?:rfc|section|chapter|appendix) ?\d`, `\bfaq\b`, `\byou (?:may|might|could|will|would) (?:see|get|notice|encounter)\b`, `\bmigration guide\b`, `\bupgrade (?:guide|notes?)\b`, `\bstack ?overflow (?:answer|question|thread)`, `\bi (?:answer|explain|get asked) this\b`,
		`\barticle\b`, `\btrick\b`, `\bhandy\b`, `\bguide\b`, `\bstep \d+:`, `шаг \d`, `\bpage for\b`, `\bkb articles?\b`,
		`\b(?:tip|hint|note|reminder|psa|fyi|heads-?up|heads up|advice|rule of thumb|pro tip|gotcha)\b\W{1,3}`, `\bquote\b`, `\bquoted? (?:from|by)\b`, `\bfor example\b`, `\be\. ?g\.`, `\bsuch as\b`, `\bzum beispiel\b`, `\bz\. ?b\.`, `\bpar exemple\b`, `\bpor ejemplo\b`, `\bpor exemplo\b`, `\bad esempio\b`, `\bna przyklad\b`, `\bbijvoorbeeld\b`, `например`, `例えば`, `たとえば`, `例如`, `比如`, `예를 들어`, `\bornegin\b`, `\bcontoh\b`, `もし.{2,60}(?:場合|たら|なら)`, `如果(?:你|您|有人|用户|看到)`, `만약`, `仮に`, `假设`, `가정`, `допустим`, `предположим`, `\b(?:astuce|rappel|a noter|pour info)\b`, `\b(?:consejo|recordatorio|para (?:su )?informacion)\b\W`, `\b(?:dica|lembrete|para informacao)\b`, `\b(?:suggerimento|promemoria|nota per|per informazione)\b`, `\b(?:wskazowka|przypomnienie|notatka|dla informacji)\b`, `^\W*(?:wenn|falls|wer) .{3,200}\b(?:bekommt|kommt|erscheint|meldet|sieht|dann)\b`, `^\W*(?:hinweis|merksatz|tipp|notiz|info|achtung|zur info|faustregel)\b`, `\bnot:`, `\bvideo\b`, `\bstatistics?\b`, `\bsurvey\b`, `\bblog\b`, `\b(?:wording|typo|spelling|phrasing|copy ?edit|sentence|paragraph|headline|caption|placeholder text|sample text|lorem)\b`, `\bcomparison\b`, `\bresults? for\b`, `\bexpected (?:result|output|response|error|status)\b`, `\bknown (?:issues?|errors?|limitations?):`, `\b(?:is|are) (?:documented|described|explained|listed|defined|mentioned)\b`, `\bexample(?:s)? (?:of|for|output|error|response|payload)\b`, `\bproperties file\b`, `\bsource code\b`, `\bmerged\b`, `\brefactor`, `\b(?:new|our|this|sigma|yara|wazuh|snort|detection|alert|correlation|siem|lint|eslint|sonar) rules?\b`, `\b(?:remember|don.t forget|do not forget|keep in mind) (?:to|that|the|your|you)\b`,
	},
	wishSign: {
		`\bwould it be possible\b`, `\bposted as an? (?:idea|feature)`, `\bplease vote\b`, `\bvote for\b`, `добавьте`,
		`\bshould we\b.{0,100}\?`, `\bbefore we (?:scale|roll|ship|release|deploy|merge)`, `\bpara cuando\b`,
		`\b(?:please|pls|could (?:we|you|someone|anyone)|can (?:we|you|someone)|would you|let's|we should|we could|we want to|i want to|i'd like to|i would like to|we plan to|planning to|going to) (?:also )?(?:add|have|create|set ?up|build|write|make|implement|support|introduce|include|extend|mention|document|list|monitor|alert|track|count|catch|map|rename|log)\b`, `\b(?:monitoring|alert(?:ing)?|detection|correlation|splunk|grafana|datadog|kibana|prometheus) (?:rule|query|alert|dashboard|panel|search|monitor)`, `\balert (?:me |us )?(?:when|if|on)\b`, `\bit would (?:help|be (?:nice|great|good|useful|better))\b`, `\bwould be (?:nice|great|good|useful|better|helpful)\b`, `\bnice to have\b`, `\bi propose\b`, `\bproposal\b`, `\bwhat if (?:we|jira|the)\b`, `\bshould (?:the|we|jira|it|this) (?:library|client|page|tool|be|have|return|retry|show)\b.{0,80}\?`, `\b(?:add|adds|adding|added|implement(?:s|ed)?|handle|handles|handling) (?:a |an |the |support|better |proper |new |our )*(?:hint|handling|support|test|check|rule|retry|enum|mapping|message for|column|metric|counter)\b`, `\bworth (?:a|an|looking|adding|mentioning)\b`, `\bto-?do\b`,
		`\bbitte (?:eine |einen |ein )?(?:regel|alarm|hinweis|dashboard|monitoring)`, `\b(?:wäre|fände ich) (?:schön|gut|hilfreich|nett)\b`, `\bwir (?:sollten|könnten|möchten|planen)\b`, `\b(?:ce serait|il serait) (?:bien|utile|sympa)\b`, `\bajouter (?:une|un) (?:règle|alerte)`, `\bsería (?:bueno|útil|genial)\b`, `\bañadir (?:una|un) (?:regla|alerta)`, `\bseria (?:bom|útil|legal)\b`, `\badicionar (?:uma|um) (?:regra|alerta)`, `\bsarebbe (?:utile|bello|comodo)\b`, `\baggiungere (?:una|un) (?:regola|avviso|allarme)`, `было бы (?:хорошо|полезно|неплохо)`, `добавить (?:правило|алерт|оповещение)`, `(?:ルール|アラート|監視)を追加`, `追加してください`, `あると(?:便利|助かり)`, `(?:添加|增加|加一?个|配置)(?:一个|一条)?(?:告警|规则|监控)`, `希望(?:能|可以)(?:增加|添加)`, `(?:규칙|알림)(?:을|를)? 추가`,
	},
	askSign: {
		`\bcould (?:someone|somebody|anyone) explain (?:what|why|how|the)\b`, `\bdoes (?:anyone|anybody|somebody) know what\b`, `\bmeaning of\b`, `\bbefore (?:we|i) go live\b`, `\bplan(?:ning)? (?:to|the|a|our)\b`, `\bnext (?:month|quarter|sprint|year)\b`, `\bprobably a stupid question\b`, `\bserious question\b`, `\bpoll:`, `\bvote\b`, `\bwhich one (?:is|do)\b`, `\bplanen gerade\b`, `\bmeldet .{3,80} dann (?:trotzdem|auch)\b`, `\bnur (?:so )?(?:eine )?frage\b`, `\bsimple curiosite\b`, `\bpor curiosidad\b`, `\bper curiosita\b`, `\bz ciekawosci\b`, `\bpor curiosidade\b`, `\buit nieuwsgierigheid\b`, `из любопытства`, `просто интересно`, `単なる興味`, `好奇`, `单纯想`, `궁금(?:해서|합니다만)`,
		`\bdifference between\b`, `\bwhat(?:'s| is| are) the (?:difference|meaning|purpose|point)\b`, `\bam i right\b`, `\bis it (?:true|correct|deprecated|safe) `, `\bis there (?:a|an|any) (?:way|option|list|built-in|setting|plan)\b`, `\bhow (?:do|can|should|would|could) (?:i|we|one|you|people|others)\b.{0,40}\b(?:catch|handle|detect|distinguish|tell|test|simulate|reproduce|mock|trigger|provoke|parse|log|suppress|monitor|explain|pass|configure|document|classify)\b`, `\b(?:when|why|under what (?:circumstances|conditions)) (?:would|does|do|will|can|could|might) (?:one|you|we|jira|confluence|it|a server|the server|an app|atlassian|github|a client|someone)\b.{0,30}\b(?:get|see|return|throw|answer|send|log|reject|emit)`, `\bwhich (?:errors?|codes?|exceptions?|messages?) (?:can|may|could|does|do|are)\b`, `\bwhat (?:would )?happens? (?:if|when)\b`, `\bif (?:you|anyone|someone|anybody|users?|a user|a customer|customers|people|one|we) (?:ever |should |later )?(?:see|sees|get|gets|hit|hits|encounter|encounters|run into|runs into|receive|receives)\b`, `\bwhenever (?:you|someone|anyone)\b`, `\b(?:just )?(?:curious|out of curiosity|wondering in general|theoretically|hypothetically|in theory|in general)\b`, `\bexam question\b`, `\bremind me\b`, `\bdoes anyone (?:remember|know what the)\b`, `\bwe (?:don't|do not|never|have never) (?:get|see|have|had|seen)\b`, `\bno sign of\b`,
		`\bwas ist der unterschied\b`, `\bunterschied zwischen\b`, `\bwann (?:kommt|tritt|gibt|liefert)\b`, `\bwas bedeutet\b`, `\bfalls (?:jemand|ihr|du|sie)\b`, `\b(?:rein )?interessehalber\b`, `\bquelle est la différence\b`, `\bdifférence entre\b`, `\bque signifie\b`, `\bsi (?:vous|quelqu'un|tu) (?:voyez|voit|vois)`, `\bcuál es la diferencia\b`, `\bdiferencia entre\b`, `\bqué significa\b`, `\bsi (?:alguien|ven|ves) `, `\bqual (?:é )?a diferença\b`, `\bdiferença entre\b`, `\bo que significa\b`, `\bse (?:alguém|vocês)\b`, `\bqual è la differenza\b`, `\bdifferenza tra\b`, `\bcosa significa\b`, `\bwat is het verschil\b`, `\bjaka jest różnica\b`, `\bco oznacza\b`, `в чём разница`, `в чем разница`, `что (?:значит|означает)`, `если (?:кто-то|вы увидите|увидите)`, `違いは`, `違いを`, `とは何`, `どういう(?:意味|とき)`, `場合に(?:出|発生)`, `有什么区别`, `区别是`, `是什么意思`, `什么情况下`, `有何不同`, `차이(?:가|는|점)`, `무슨 뜻`, `어떤 경우`,
	},
	reportSign: {
		`\b(?:we|i|users?|they|people|customers?|everyone|everybody|nobody|somebody|he|she|team) (?:just |now |all |always |keep |keeps |also |are |is |am |only |suddenly )*(?:get|gets|getting|got|see|sees|seeing|receive|receives|have|has|cannot|can't|couldn't|can no longer|hit|are seeing)\b`, `\b(?:i'm|we're|they're) (?:now |still )?(?:getting|seeing|stuck|having|unable)\b`, `\b(?:fails?|failing|failed|broken|broke|breaks|stopped working|not working|doesn't work|does not work|won't (?:work|connect|sync)|unable to|keeps? (?:failing|telling|asking|breaking)|refuses|rejects)\b`, `\b(?:help|urgent|asap|any idea|any ideas|what (?:can|should|do) (?:i|we)|where (?:do|should) (?:i|we)|how (?:can|do|should) (?:i|we) (?:fix|solve|get|repair))\b`, `\bsince (?:yesterday|today|this morning|monday|tuesday|wednesday|thursday|friday|saturday|sunday|last|the|our|we|an?|about|\d)`, `\bafter (?:the|an?|our|we|upgrad|updat|mov|migrat|chang|restart|switch|install)`, `\b(?:log|logs|logfile|screen|page|console|it|server|dialog|popup|ui|browser|jira|confluence|body|response|result) (?:says?|shows?|prints?|has|tells?|reads?|is|was|answers?|returns?|contains?)\b`, `\b(?:error|message|log|output|response|trace|stack ?trace)\b.{0,20}:\s*$`, `\b(?:every|each|any) (?:call|request|time|night|hour|sync|\d+)`,
		`\b(?:bekomme[n]?|kriege[n]?|sehe[n]? (?:ich|wir)|kommt|meldet|schlägt fehl|geht nicht|klappt nicht|funktioniert nicht|fehler(?:meldung)?|seit|hilfe|warum|trotz)\b`, `\b(?:erreur|échoue|impossible|depuis|ne (?:marche|fonctionne)|obtien|reçoi|pourquoi|malgré)`, `\b(?:fallo|falla|no (?:funciona|puedo|podemos|deja)|desde|sale|aparece|ayuda|por qué|a pesar)\b`, `\b(?:falha|erro|não (?:funciona|consigo|conseguimos)|desde|aparece|ajuda|por que)\b`, `\b(?:errore|non (?:funziona|riesco|riusciamo)|da quando|da ieri|compare|aiuto|perché)\b`, `\b(?:fout|foutmelding|werkt niet|sinds|krijgen|krijg)\b`, `\b(?:błąd|nie działa|od wczoraj|dostajemy|pojawia)`, `ошибк`, `не работает`, `не удаётся`, `не удается`, `после обновления`, `помогите`, `получаем`, `エラー(?:が|に|と|です)`, `できません`, `失敗(?:し|する)`, `になります`, `出ます`, `出て`, `てください`, `报错`, `报`, `无法`, `失败`, `出现`, `不行`, `返回`, `提示`, `怎么办`, `오류(?:가|를|로)`, `실패`, `안 (?:됩니다|돼요|되)`, `발생`,
	},
	testSign: {
		`\bpruebas? de regresion\b`, `\bregression(?:stest| test)`, `\btest de (?:non-)?regression\b`, `\b(?:wiremock|mockserver|stubs?)\b`, `\b(?:todas las pruebas|alle tests|all tests|tous les tests|tutti i test|todos os testes)\b`,
		`\bjest (?:snapshot|tests?)\b`, `^exports\[`, `\bpytest\b`, `\bjunit\b`, `\brspec\b`, `\bmocha\b`, `\bcypress\b`, `\bplaywright\b`, `\bpostman (?:test|collection)`,
		`\bpass(?:ed|es|ing)?\b\s*(?:\d+|\(|$|in \d)`, `^\s*(?:--- )?pass\b`, `\b\d+ passed\b`, `\btests? (?:run|passed|ok|successful)\b`, `^\s*(?:✓|✔|√|ok \d+)`, `\bassert(?:equals?|that|_eq|_equal|\.equal|\.are|\.is|true|_called|raises)\b`, `\bassert\.`, `\bexpect\(.{1,200}\)\.(?:to|not|resolves|rejects)`, `^\s*(?:it|test|describe|context|specify|scenario)(?:\s*\(|\s+)['"]`, `@test\b`, `^\s*\[(?:test|fact|theory)\b`, `\bdef test_\w`, `\bfunc test[a-z_]\w*\(t `, `\bshould (?:throw|return|fail|reject|raise|report|map|render|answer) `, `\b(?:mock|stub|fake|nock|wiremock|whenever|given)\w*[(.]`, `\bmockmvc\b`, `\bunit ?tests?\b`, `\btest_\w+ (?:passed|ok)\b`, `\bfixtures?\b`, `\btest ?case\b`, `\bsnapshot\b.{0,40}\btest`, `^\s*(?:then|when|given) (?:the|a|i|it) .{0,80}$`,
	},
	codeSign: {
		`^\s*[a-z][\w-]*(?:\.[\w-]+)+\s*=\s*\S*\s*$`,
		`^\s*[-+]?\s*rescue\b`, `^\s*(?:end|begin|else|fi|done|esac)\s*$`, `^\s*redirect_to\b`, `\.delete_all\b`, `^[+-]\s+(?://|#|if|return|throw|raise|const|let|var|def|func|})`, `^\s*[\w.$\[\]]+\s*(?:=|\+=|:=)\s*[\w.$]+\(`, `\);\s*$`, `^\s*\}\s*(?:else|catch|finally)?\s*\{?\s*$`,
		`=~`, `\bgrok\s*\{`, `\bmatch\s*=>`, `\bmutate\s*\{`, `\badd_tag\b`,
		`^\s*[-+]?\s*(?:\}?\s*else\s+)?(?:if|elif|elsif|while|switch|unless)\b.{0,200}[({:]`, `^\s*[-+]?\s*case\s+['"a-z_.]+.{0,120}:`, `^\s*[-+]?\s*(?:return|throw new|raise|panic\(|yield)\b.{0,200}[;()'"]`, `^\s*[-+]?\s*(?:export\s+|public\s+|private\s+|protected\s+|static\s+|final\s+)*(?:const|let|var|val|string|final|enum|#define|define\()\s+\w+.{0,40}[=(,"]`, `[!=]=={0,1}\s*["'][^"']{3,80}["']`, `\.(?:contains|includes|equals|equalsignorecase|startswith|endswith|matches|indexof|test|match|has)\(\s*["'/]`, `\bstrn?(?:case)?cmp\s*\(`, `\b(?:strings|errors)\.(?:contains|is|as)\(`, `^\s*[-+]?\s*(?:def|func|function|fn|class|interface|import|from|package|using|#include)\s+[\w<"'{*]`, `^\s*(?://\s|/\*|<!--)`, `^\s*[-+]?\s*(?:catch|except|rescue)\b.{0,80}[({:]`, `\bi18n\b`, `\bgettext\b|\b_\("`, `^\s*msg(?:id|str)\b`, `\bconsole\.(?:log|error|warn)\(`, `\blog(?:ger)?\.(?:warn|error|info|debug)\(`, `\bprintf?\s?\(`, `^\s*[a-z][\w.]*\s*=\s*["'].{3,}["'];\s*$`,
	},
	recoveredSign: {
		`\b40[13]\b.{0,40}(?:->|→|=>|\bthen\b|\bdann\b|\bpuis\b|\bluego\b|\bdepois\b|\bpoi\b|затем|потом).{0,30}\b(?:200|204|ok|success\w*)\b`, `\b40[13]\b.{0,60}\b(?:200|204)\b\s*$`, `\b(?:retry|retried|attempt|versuch|tentative|intento|tentativa|tentativo|poging)\b.{0,40}\b(?:200|204|ok|succe\w+|erfolgreich|reussie?)\b`, `\b0 (?:errors?|failures?|failed|fehler|erreurs?|errores|erros|errori|fouten|bledow|rejected)\b`, `\b0 ошибок`, `\btoken (?:ok|valid|refreshed|renewed)\b`, `\brecovered\b`, `\b(?:is|are|all|status|state)[ :=]+(?:healthy|connected|green)\b`,
	},
	sourceSign: {
		`^diff --git `, `^@@ -\d+`, `^(?:\+\+\+|---) [ab]/`, `^index [0-9a-f]{7,}\.\.`, `\bcreate table\b`, `\binsert into\b`, `\balter table\b`, `^\s*<(?:rule|group|decoder|match|resources|string)\b[^>]{0,80}>`, `<string name=`, `^\s*(?:export|public|private|protected|internal|abstract|final|static)\s+(?:default\s+|static\s+|final\s+|abstract\s+|async\s+|const\s+)*(?:const|enum|class|interface|function|record|type|void|string|boolean|int|let|var)\b`, `^\s*package [a-z][\w.]*;?\s*$`, `^\s*import (?:static )?[a-z][\w.*]+;\s*$`, `^\s*(?:from [\w.]+ )?import [\w*, {}]+(?: from ["'].*)?;?\s*$`, `^#!/`, `<\?php`, `^\s*const \w+\s*[:=]`, `^\s*(?:def|func|fn) \w+\s*\(`, `^\s*#(?:include|define|ifdef|pragma)\b`, `^\s*enum \w+`, `^\s*type \w+ (?:struct|interface|=)`, `^msg(?:id|str)\b`, `^\s*(?:groups|rules|detection|logsource|alerting):\s*$`, `^\s*- (?:alert|record|name|id): .{0,80}$`, `^\s*(?:expr|condition|query): `,
	},
	queryS: {
		`^\s*\w+\{[^}]*\}\s+[\d.]+\s*$`,
		`\b(?:grep|egrep|rg|ack|zgrep|findstr|select-string)\s+(?:-\w+\s+)*["'\w]`, `\bindex=\w+`, `\bsourcetype=`, `\|\s*(?:stats|timechart|where|grep|count|json|logfmt|summarize|table)\b`, `\bcount_over_time\(`, `^\s*(?:- )?(?:alert|expr|query|pattern|condition|regex|filter|match)\s*:\s`, `\{(?:app|job|service)=`, `\bfilter @message\b`, `\bquery_string\b`, `\bwhere\b.{0,60}\blike\b`,
	},
}
