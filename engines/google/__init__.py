"""The engines that hear, think and speak through Google Cloud and Gemini."""
