"""What the tutor says when something fails, in the learner's language: never silence."""

# ruff: noqa: RUF001  # the punctuation of other scripts is meant

ENGLISH = {
    "stt": "Sorry, I could not hear that. Please say it again.",
    "tutor": "Sorry, I lost my thread. Please ask me again.",
    "tutor_blocked": "I cannot talk about that. Please ask me something else.",
    "tutor_cut_short": "I will stop here for now. Ask me to go on.",
    "empty": "I have no answer to that. Please ask me in another way.",
    "busy": "I have too many learners just now. Please try again in a moment.",
    "quota": "I have done as much as I may for now. Please try again in a minute.",
    "setup": "Something is not set up right here, so I cannot help just now. "
    "Please tell whoever runs this tutor.",
}
SPANISH = {
    "stt": "Perdona, no te he oído bien. Repítelo, por favor.",
    "tutor": "Perdona, he perdido el hilo. Pregúntamelo otra vez, por favor.",
    "tutor_blocked": "De eso no puedo hablar. Pregúntame otra cosa, por favor.",
    "tutor_cut_short": "Lo dejo aquí por ahora. Pídeme que siga.",
    "empty": "No tengo respuesta para eso. Pregúntamelo de otra manera, por favor.",
    "busy": "Ahora mismo tengo demasiados alumnos. Inténtalo de nuevo en un momento.",
    "quota": "Por ahora no puedo hacer más. Inténtalo de nuevo en un minuto.",
    "setup": "Aquí hay algo mal configurado y ahora no puedo ayudarte. "
    "Díselo a quien lleva este tutor.",
}
FRENCH = {
    "stt": "Pardon, je n'ai pas bien entendu. Redis-le, s'il te plaît.",
    "tutor": "Pardon, j'ai perdu le fil. Repose-moi ta question, s'il te plaît.",
    "tutor_blocked": "Je ne peux pas parler de cela. Demande-moi autre chose.",
    "tutor_cut_short": "Je m'arrête là pour l'instant. Demande-moi de continuer.",
    "empty": "Je n'ai pas de réponse à cela. Pose-moi la question autrement, s'il te plaît.",
    "busy": "J'ai trop d'élèves en ce moment. Réessaie dans un instant.",
    "quota": "Je ne peux pas en faire plus pour l'instant. Réessaie dans une minute.",
    "setup": "Quelque chose est mal réglé ici, et je ne peux pas t'aider pour l'instant. "
    "Préviens la personne qui s'occupe de ce tuteur.",
}
GERMAN = {
    "stt": "Entschuldige, das habe ich nicht verstanden. Sag es bitte noch einmal.",
    "tutor": "Entschuldige, ich habe den Faden verloren. Frag mich bitte noch einmal.",
    "tutor_blocked": "Darüber kann ich nicht sprechen. Frag mich bitte etwas anderes.",
    "tutor_cut_short": "Ich höre hier erst einmal auf. Sag mir, wenn ich weitermachen soll.",
    "empty": "Darauf habe ich keine Antwort. Frag mich bitte anders.",
    "busy": "Gerade lernen zu viele mit mir. Versuch es bitte gleich noch einmal.",
    "quota": "Mehr schaffe ich im Moment nicht. Versuch es bitte in einer Minute noch einmal.",
    "setup": "Hier ist etwas falsch eingestellt, deshalb kann ich gerade nicht helfen. "
    "Sag es bitte der Person, die diesen Tutor betreibt.",
}
PORTUGUESE = {
    "stt": "Desculpe, não ouvi bem. Repita, por favor.",
    "tutor": "Desculpe, perdi o fio da meada. Pergunte de novo, por favor.",
    "tutor_blocked": "Não posso falar sobre isso. Pergunte outra coisa, por favor.",
    "tutor_cut_short": "Vou parar por aqui. Peça para eu continuar.",
    "empty": "Não tenho resposta para isso. Pergunte de outro jeito, por favor.",
    "busy": "Estou com alunos demais agora. Tente de novo daqui a pouco.",
    "quota": "Por enquanto não posso fazer mais. Tente de novo em um minuto.",
    "setup": "Algo está mal configurado aqui, e agora não posso ajudar. "
    "Avise quem cuida deste tutor.",
}
HINDI = {
    "stt": "माफ़ कीजिए, ठीक से सुनाई नहीं दिया। कृपया फिर से कहिए।",
    "tutor": "माफ़ कीजिए, मेरी बात बीच में टूट गई। कृपया फिर से पूछिए।",
    "tutor_blocked": "इस बारे में बात नहीं हो सकती। कृपया कुछ और पूछिए।",
    "tutor_cut_short": "अभी यहीं रुकते हैं। आगे सुनना हो तो कहिए।",
    "empty": "इसका जवाब मेरे पास नहीं है। कृपया किसी और तरह से पूछिए।",
    "busy": "अभी मेरे पास बहुत सारे विद्यार्थी हैं। कृपया थोड़ी देर में फिर कोशिश कीजिए।",
    "quota": "अभी के लिए इतना ही हो सकता है। कृपया एक मिनट बाद फिर कोशिश कीजिए।",
    "setup": "यहाँ कोई सेटिंग ठीक नहीं है, इसलिए अभी मदद नहीं हो सकती। "
    "कृपया इस ट्यूटर को चलाने वाले को बताइए।",
}
JAPANESE = {
    "stt": "ごめんなさい、よく聞こえませんでした。もう一度言ってください。",
    "tutor": "ごめんなさい、話の途中でわからなくなりました。もう一度聞いてください。",
    "tutor_blocked": "そのことについては話せません。別のことを聞いてください。",
    "tutor_cut_short": "ここで一度止めます。続きが聞きたいときは言ってください。",
    "empty": "それには答えられません。別の言い方で聞いてください。",
    "busy": "今は生徒さんがいっぱいです。少し待ってから、もう一度試してください。",
    "quota": "今はこれ以上できません。一分ほどしてから、もう一度試してください。",
    "setup": "設定に問題があるため、今はお手伝いできません。"
    "このチューターを管理している人に知らせてください。",
}
KOREAN = {
    "stt": "미안해요, 잘 못 들었어요. 다시 한번 말해 주세요.",
    "tutor": "미안해요, 말하다가 흐름을 놓쳤어요. 다시 물어봐 주세요.",
    "tutor_blocked": "그 이야기는 할 수 없어요. 다른 것을 물어봐 주세요.",
    "tutor_cut_short": "여기서 잠깐 멈출게요. 계속 듣고 싶으면 말해 주세요.",
    "empty": "그건 대답할 수 없어요. 다른 말로 물어봐 주세요.",
    "busy": "지금은 배우는 사람이 너무 많아요. 잠시 후에 다시 해 주세요.",
    "quota": "지금은 더 할 수 없어요. 일 분 뒤에 다시 해 주세요.",
    "setup": "설정이 잘못되어 지금은 도와줄 수 없어요. 이 튜터를 관리하는 사람에게 알려 주세요.",
}
CHINESE = {
    "stt": "抱歉，我没听清楚。请再说一遍。",
    "tutor": "抱歉，我的思路断了。请再问我一次。",
    "tutor_blocked": "这个话题我不能谈。请问我别的吧。",
    "tutor_cut_short": "我先说到这里。想听下去就告诉我。",
    "empty": "这个我答不上来。请换个方式问我。",
    "busy": "现在学习的人太多了。请稍后再试。",
    "quota": "我暂时只能做到这里。请过一分钟再试。",
    "setup": "这里的设置有问题，我现在帮不了你。请告诉管理这个老师的人。",
}
BY_LANGUAGE = {
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "de": GERMAN,
    "pt": PORTUGUESE,
    "hi": HINDI,
    "ja": JAPANESE,
    "ko": KOREAN,
    "zh": CHINESE,
}

SAME_AS = {
    "stt_quota": "quota",
    "tutor_quota": "quota",
    "tutor_empty": "empty",
    "stt_unauthorized": "setup",
    "tutor_unauthorized": "setup",
    "stt_rejected": "setup",
    "tutor_rejected": "setup",
}
"""Codes for which one sentence does, whatever failed."""


def apologise(code: str, language: str) -> str:
    """Return the sentence to say.

    Args:
        code: An error's code. One without a sentence of its own gets that of its stage, the part
            before the first ``_``.
        language: BCP 47 tag; one we have no words in gets English.
    """
    sentences = BY_LANGUAGE.get(language.split("-")[0].lower(), ENGLISH)
    for key in (SAME_AS.get(code, code), code.split("_")[0]):
        if key in sentences:
            return sentences[key]
    return sentences["tutor"]
